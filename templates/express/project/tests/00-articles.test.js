/** Visitors publish, read, edit and delete articles. */

import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { expect, openSite, same, startSite } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const ERRORS = '.error-messages li';
const LANTERNS = { title: 'Tin lanterns', description: 'They last.', body: 'For years.' };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;

test('The list of articles shows the newest first', async () => {
  const site = await openSite();
  for (const title of ['Monday', 'Tuesday', 'Wednesday']) await site.publish(title);

  const { articles, articlesCount } = await site.list();

  const titles = articles.map(({ title }) => title);
  same(titles, ['Wednesday', 'Tuesday', 'Monday'], 'the titles from GET /api/articles');
  same(articlesCount, 3, 'articlesCount');
  expect(!('body' in articles[0]), 'Expected no body in the articles of a list. Found one.');
});

test('A new article is returned with all its fields', async () => {
  const site = await openSite();

  const article = await site.publish('Lanterns', {
    description: 'On light.',
    body: 'They *swing*.',
  });

  const { title, description, body, createdAt, updatedAt, slug } = article;
  same(
    [title, description, body],
    ['Lanterns', 'On light.', 'They *swing*.'],
    'title, description and body',
  );
  expect(
    TIME.test(createdAt),
    `Expected a time such as 2026-11-03T18:05:09.012Z as createdAt. Found ${createdAt}.`,
  );
  same(updatedAt, createdAt, 'updatedAt of a new article');
  same(await site.read(slug), article, `the article from GET /api/articles/${slug}`);
});

test('An article without a field is rejected', async () => {
  const site = await openSite();

  for (const field of Object.keys(LANTERNS)) {
    for (const value of ['', '   ', null, undefined]) {
      const reply = await site.post('/api/articles', { article: { ...LANTERNS, [field]: value } });
      reply.isRejected(422, field, "can't be blank");
    }
  }

  same(await site.titles(), [], 'the titles from GET /api/articles');
});

test('A field that is too long is rejected', async () => {
  const site = await openSite();
  await site.publish('x'.repeat(200), { description: 'x'.repeat(500), body: 'x'.repeat(50_000) });

  for (const [field, longest] of Object.entries({ title: 200, description: 500, body: 50_000 })) {
    const article = { ...LANTERNS, [field]: 'x'.repeat(longest + 1) };
    (await site.post('/api/articles', { article })).isRejected(422, field);
  }

  same((await site.list()).articlesCount, 1, 'articlesCount');
});

test('A request that is too large is rejected', async () => {
  const site = await openSite();

  (await site.post('/api/articles', { article: { ...LANTERNS, body: 'x'.repeat(1_000_001) } })).is(
    413,
  );

  same(await site.titles(), [], 'the titles from GET /api/articles');
});

test('A body that is not an article is rejected', async () => {
  const site = await openSite();

  for (const body of [
    '{"article": {',
    '[]',
    '{"article": "text"}',
    '{"article": null}',
    '"text"',
    'null',
  ]) {
    const reply = (await site.post('/api/articles', body)).is(422);
    expect(reply.body?.errors, reply.insteadOf(`{"errors": …} for the body ${body}`));
  }
  for (const title of [7, true, ['a'], { a: 1 }])
    (await site.post('/api/articles', { article: { ...LANTERNS, title } })).isRejected(
      422,
      'title',
    );

  same(await site.titles(), [], 'the titles from GET /api/articles');
});

test('An edited article keeps its URL', async () => {
  const site = await openSite();
  const old = await site.publish('Lanterns', { description: 'On light.', body: 'First version.' });
  await site.publish('A newer article');
  await pause(2);

  const edited = await site.edit(old.slug, { title: 'Lamps', body: 'Second version.' });

  same([edited.title, edited.body], ['Lamps', 'Second version.'], 'title and body after an edit');
  same(edited.description, 'On light.', 'the description, which the request did not contain');
  same(
    [edited.slug, edited.createdAt],
    [old.slug, old.createdAt],
    'slug and createdAt after an edit',
  );
  expect(
    edited.updatedAt > old.updatedAt,
    'Expected a later updatedAt after an edit. Found the old time.',
  );
  same(await site.read(old.slug), edited, `the article from GET /api/articles/${old.slug}`);
  same(await site.titles(), ['A newer article', 'Lamps'], 'the titles from GET /api/articles');
});

test('A blank edit is rejected', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Lanterns');

  for (const title of ['', ' ', null]) {
    const reply = await site.put(`/api/articles/${slug}`, {
      article: { title, body: 'Half an edit.' },
    });
    reply.isRejected(422, 'title', "can't be blank");
  }

  const { title, body } = await site.read(slug);
  same([title, body], ['Lanterns', 'At length.'], 'title and body after the error');
});

test('An article can be deleted', async () => {
  const site = await openSite();
  await site.publish('Keep');
  const { slug } = await site.publish('Drop');

  const reply = (await site.delete(`/api/articles/${slug}`)).is(204);

  same(reply.text, '', 'the body of the response');
  (await site.get(`/api/articles/${slug}`)).isRejected(404, 'article', 'not found');
  same(await site.titles(), ['Keep'], 'the titles from GET /api/articles');
});

test('Articles with equal titles get different URLs', async () => {
  const site = await openSite();
  const texts = new Map();
  const publish = async (body) => texts.set((await site.publish('Triplets', { body })).slug, body);

  await publish('The first.');
  await site.justBeforeSaving(
    () => publish('The second.'),
    () => publish('The third.'),
  );

  same(texts.size, 3, 'the number of URLs for three articles');
  for (const [slug, body] of texts) same((await site.read(slug)).body, body, `the body of ${slug}`);
});

test('Every title gets a plain URL', async () => {
  const site = await openSite();

  for (const title of ['Crème brûlée, twice!', 'Хлеб', '灯笼', '?/#%', 'x'.repeat(150), 'Feed']) {
    const { slug } = await site.publish(title);
    const isPlain = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) && slug !== 'feed';
    expect(
      isPlain,
      `Expected letters, digits and hyphens in the slug of "${title}". Found ${slug}.`,
    );
    same((await site.read(slug)).title, title, 'the title');
  }
});

test('A missing article or URL returns 404', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Here');

  (await site.get('/api/articles/not-here')).isRejected(404, 'article', 'not found');
  (await site.put('/api/articles/not-here', { article: {} })).isRejected(
    404,
    'article',
    'not found',
  );
  (await site.delete('/api/articles/not-here')).isRejected(404, 'article', 'not found');
  (await site.get('/api/nowhere')).isRejected(404, 'url', 'not found');
  for (const url of ['/api/articles/%00', `/api/articles/${slug}?next=%00`, '/article/%00'])
    (await site.get(url)).is(404);
  await site.read(slug);
});

test('The command init-db adds sample articles', async () => {
  const site = await openSite();
  await site.publish('Only mine');

  await site.run('init-db');

  const visitor = site.anonymous;
  const { articles } = await visitor.list();
  expect(
    articles.length >= 3,
    `Expected at least three sample articles. Found ${articles.length}.`,
  );
  for (const { slug, title } of articles) {
    expect(title !== 'Only mine', 'Expected a new database. Found an old article.');
    const { body } = await visitor.read(slug);
    expect(body.length > 100, `Expected a long text in the sample article ${slug}. Found: ${body}`);
  }
});

test('Starting the site creates no tables', async (t) => {
  const site = await startSite(t, { hasTables: false });
  const { code, output } = await site.server.run('check-db');
  expect(
    code === 1,
    `Expected check-db to end with exit code 1 without tables. Found ${code}: ${output}`,
  );
  expect(
    output.includes('article'),
    `Expected check-db to name the table of the articles. Found: ${output}`,
  );

  await site.run('init-db', '--empty');

  await site.run('check-db');
  same(await site.titles(), [], 'the titles from GET /api/articles');
});

test('A short secret is rejected', async (t) => {
  const site = await startSite(t, { secret: 'k'.repeat(32), hasTables: false });
  (await site.get('/')).is(200);

  const error = await startSite(t, { secret: 'k'.repeat(31), hasTables: false }).catch(
    ({ message }) => message,
  );
  const isNamed = typeof error === 'string' && /secret/i.test(error);
  expect(
    isNamed,
    `Expected an error about the secret, which has 31 characters. Found ${isNamed ? '' : 'none'}.`,
  );
});

test('Responses have security headers', async () => {
  const site = await openSite();

  for (const url of ['/', '/editor', '/api/articles', '/api/nowhere', '/app.js']) {
    const { headers } = await site.get(url);
    const policy = headers['content-security-policy'] ?? 'none';
    const where = `in the header Content-Security-Policy from GET ${url}. Found ${policy}.`;
    expect(
      /(default|script)-src 'self'( 'sha256-[^']+')*(;|$)/.test(policy),
      `Expected a rule for scripts ${where}`,
    );
    expect(!/script-src[^;]*unsafe/.test(policy), `Expected no unsafe scripts ${where}`);
    expect(/frame-ancestors '(none|self)'/.test(policy), `Expected a rule for frames ${where}`);
    expect(
      /object-src 'none'|default-src 'none'/.test(policy),
      `Expected object-src 'none' ${where}`,
    );
    same(
      headers['x-content-type-options'],
      'nosniff',
      `the header X-Content-Type-Options from GET ${url}`,
    );
    expect(
      /origin|no-referrer/.test(headers['referrer-policy']),
      `Expected a Referrer-Policy from GET ${url}. Found none.`,
    );
    same(headers['x-powered-by'], undefined, `the header X-Powered-By from GET ${url}`);
  }
});

test('The home page has a card for each article', async () => {
  const site = await openSite();
  for (const title of ['Monday', 'Tuesday'])
    await site.publish(title, { description: `News of ${title}.` });

  const page = await site.open('/');

  page.lists(CARD_TITLE, 'articles', ['Tuesday', 'Monday']);
  const link = page.card('Monday').one('a.preview-link', 'a link to the article');
  link.one('p', 'the description').hasText('News of Monday.');
  await link.click();
  page.isAt('/article/monday');
  page.one('.article-page h1', 'the title').hasText('Monday');
});

test('Every page has the navigation bar', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Lanterns');

  for (const url of ['/', '/editor', `/article/${slug}`, '/nowhere']) {
    const page = await site.open(url);
    page.one('nav.navbar a.navbar-brand', 'the name of the site').linksTo('/');
    page.hasLink('nav.navbar a.nav-link', 'Home', '/');
  }
});

test("An article's page shows its title and paragraphs", async () => {
  const site = await openSite();
  const { slug } = await site.publish('Lanterns', {
    body: 'They swing.\n\nAt dawn & dusk they go out.',
  });

  const page = await site.open(`/article/${slug}`);

  page.one('.article-page h1', 'the title').hasText('Lanterns');
  page.lists('.article-content p', 'paragraphs', ['They swing.', 'At dawn & dusk they go out.']);
});

test("An article's text can contain Markdown", async () => {
  const site = await openSite();
  const { slug } = await site.publish('Lanterns', {
    body: '# Kinds\n\n- of *paper*\n- of **tin**',
  });

  const page = await site.open(`/article/${slug}`);

  page.lists('.article-content li', 'list items', ['of paper', 'of tin']);
  page.one('.article-content em', 'an emphasized word').hasText('paper');
  page.one('.article-content strong', 'a strong word').hasText('tin');
  page.one('.article-content :is(h2, h3, h4, h5, h6)', 'a heading in the text').hasText('Kinds');
  page.one('h1', 'the title as the only h1').hasText('Lanterns');
});

test('A script in an article never runs', async () => {
  const site = await openSite();
  const trick =
    '<script>alert(1)</script><img src=x onerror=alert(2)><iframe srcdoc="<b>"></iframe>';
  const links =
    '[bad](javascript:alert(3)) ![bad](javascript:alert(4)) [good](https://example.org/)';
  const more = '<a href="javascript:alert(5)">bad</a> [bad](data:text/html;base64,PHNjcmlwdD4=)';
  const body = `Before.\n\n${trick}\n\n${links} ${more}\n\nAfter.`;
  const { slug } = await site.publish(`Trick ${trick}`, { description: trick, body });

  for (const url of ['/', `/article/${slug}`, `/editor/${slug}`]) {
    const page = await site.open(url);
    page.none('script, iframe, [srcdoc], [onerror], [onload]', 'code that can run');
    page.none(
      '[href^="javascript:"], [href^="data:"], [src^="javascript:"]',
      'a URL that runs code',
    );
  }
  const page = await site.open(`/article/${slug}`);
  const texts = page.texts('.article-content p');
  same([texts.at(0), texts.at(-1)], ['Before.', 'After.'], 'the first and the last paragraph');
  page.lists('.article-content a[href="https://example.org/"]', 'links', ['good']);
});

test('The editor publishes and edits articles', async () => {
  const site = await openSite();
  const page = await site.open('/editor');
  const form = page.one('form:has(textarea[name=body])', 'the form of the editor');
  form.one('button', 'a button').hasText('Publish Article');

  await form.submit({ title: 'Lanterns', description: 'On light.', body: '  ' });
  page.isAt('/editor');
  page.some(ERRORS, 'an error message');
  form.one('[name=title]', 'the field title').hasValue('Lanterns');
  await form.submit({ body: 'They swing.' });
  page.isAt('/article/lanterns');
  page.one('.article-content p', 'the text').hasText('They swing.');

  const link = page
    .one('a[href="/editor/lanterns"]', 'a link to the editor')
    .hasText('Edit Article');
  await link.click();
  const editor = page.one('form:has(textarea[name=body])', 'the form of the editor');
  editor.one('[name=title]', 'the field title').hasValue('Lanterns');
  editor.one('[name=body]', 'the field body').hasValue('They swing.');
  await editor.submit({ title: 'Lamps' });
  page.isAt('/article/lanterns');
  page.one('h1', 'the title').hasText('Lamps');

  await page.one('.article-actions button', 'a button').hasText('Delete Article').click();
  page.isAt('/');
  page.none('.article-preview', 'a card');
});

test('A page says if an article is missing', async () => {
  const site = await openSite();
  await site.publish('Here');

  for (const url of ['/article/not-here', '/editor/not-here', '/nowhere', '/articles']) {
    const page = await site.open(url);
    page.some(ERRORS, 'an error message');
    page.one('h1', 'a heading').hasText('Not Found');
    page.one('nav.navbar a.navbar-brand', 'a link to the home page');
  }
});

test('A page says if the API is unreachable', async () => {
  const site = await openSite();
  await site.publish('Here');
  const page = await site.open('/');
  page.one(CARD_TITLE, 'an article');

  site.goOffline();
  await page.card('Here').one('a.preview-link', 'a link to the article').click();
  page.some(ERRORS, 'an error message');
  await page.one('nav.navbar a.navbar-brand', 'a link to the home page').click();
  page.some(`.home-page ${ERRORS}`, 'an error message instead of the list');
});
