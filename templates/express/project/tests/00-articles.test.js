/** Articles are published, read, changed and deleted. */

import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { expect, openSite, same } from './support.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const TRICK = '<script>alert(1)</script><img src=x onerror=alert(2)><iframe srcdoc="<b>"></iframe>';

test('The API lists the articles, the newest first', async (t) => {
  const site = await openSite(t);
  for (const title of ['Monday', 'Tuesday', 'Wednesday']) await site.publish(title);

  const { articles, articlesCount } = await site.list();

  same(
    articles.map((article) => article.title),
    ['Wednesday', 'Tuesday', 'Monday'],
    'the order of the articles',
  );
  same(articlesCount, 3, 'articlesCount');
  expect(!('body' in articles[0]), 'Expected no body for articles in a list. Found one.');
});

test('Publishing answers with the article', async (t) => {
  const site = await openSite(t);

  const published = await site.publish('Lanterns', {
    description: 'On light.',
    body: 'They *swing*.',
  });

  same(published.title, 'Lanterns', 'the title');
  same(published.description, 'On light.', 'the description');
  same(published.body, 'They *swing*.', 'the body');
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;
  expect(
    moment.test(published.createdAt),
    `Expected a time in UTC as createdAt. Found ${published.createdAt}.`,
  );
  same(published.updatedAt, published.createdAt, 'updatedAt of a new article');
  same(await site.read(published.slug), published, 'the article after another GET');
});

test('An article that lacks a part is refused', async (t) => {
  const site = await openSite(t);
  const whole = { title: 'Tin lanterns', description: 'A short praise.', body: 'They last.' };
  for (const field of ['title', 'description', 'body']) {
    for (const value of ['', '   ', null, undefined]) {
      const answer = await site.post('/api/articles', { article: { ...whole, [field]: value } });
      answer.refuses(422, field, "can't be blank");
    }
  }

  same(await site.titles(), [], 'the list of articles');
});

test('A part of an article can be too long', async (t) => {
  const site = await openSite(t);
  const whole = { title: 'Tin lanterns', description: 'A short praise.', body: 'They last.' };
  for (const [field, longest] of Object.entries({ title: 200, description: 500, body: 50_000 })) {
    const article = { ...whole, [field]: 'x'.repeat(longest + 1) };
    (await site.post('/api/articles', { article })).refuses(422, field);
  }
  const huge = JSON.stringify({ article: { ...whole, body: 'x'.repeat(2_000_000) } });
  (await site.post('/api/articles', huge)).is(413);

  same(await site.titles(), [], 'the list of articles');
  await site.publish('x'.repeat(200), { description: 'x'.repeat(500), body: 'x'.repeat(50_000) });
});

test('What is no article is refused in words', async (t) => {
  const site = await openSite(t);
  for (const body of [
    '{"article": {',
    '[]',
    '{"article": "text"}',
    '{"article": null}',
    '"text"',
    'null',
  ]) {
    const answer = (await site.post('/api/articles', body)).is(422);
    expect(answer.body?.errors, answer.insteadOf(`{"errors": …} for ${body}`));
  }
  for (const value of [7, true, ['a'], { a: 1 }]) {
    const article = { title: value, description: 'On light.', body: 'They swing.' };
    (await site.post('/api/articles', { article })).refuses(422, 'title');
  }
  (await site.send('POST', '/api/articles', 'title=Lanterns', { 'Content-Type': 'text/plain' })).is(
    422,
  );

  same(await site.titles(), [], 'the list of articles');
});

test('An article can be changed and keeps its address', async (t) => {
  const site = await openSite(t);
  const old = await site.publish('Lanterns', { description: 'On light.', body: 'First version.' });
  await site.publish('A newer one');
  await pause(5);

  const answer = await site.put(`/api/articles/${old.slug}`, {
    article: { title: 'Lamps', body: 'Second.' },
  });

  const changed = answer.is(200).body.article;
  same(changed.title, 'Lamps', 'the title');
  same(changed.body, 'Second.', 'the body');
  same(changed.description, 'On light.', 'the unchanged description');
  same(changed.slug, old.slug, 'the slug');
  same(changed.createdAt, old.createdAt, 'createdAt');
  expect(
    changed.updatedAt > old.updatedAt,
    'Expected a later updatedAt after a change. Found the old one.',
  );
  same(await site.read(old.slug), changed, 'the article after another GET');
  same(await site.titles(), ['A newer one', 'Lamps'], 'the list of articles');
});

test('A change that empties the title is refused', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Lanterns');

  for (const title of ['', ' ', null]) {
    const answer = await site.put(`/api/articles/${slug}`, {
      article: { title, body: 'Half a change.' },
    });
    answer.refuses(422, 'title', "can't be blank");
  }

  const { title, body } = await site.read(slug);
  same([title, body], ['Lanterns', 'At length.'], 'the article after the error');
});

test('An article can be deleted', async (t) => {
  const site = await openSite(t);
  await site.publish('Keep');
  const { slug } = await site.publish('Drop');

  const answer = await site.delete(`/api/articles/${slug}`);

  same(answer.is(204).text, '', 'the body of the response');
  (await site.get(`/api/articles/${slug}`)).refuses(404, 'article', 'not found');
  same(await site.titles(), ['Keep'], 'the list of articles');
});

test('Equal titles get different addresses', async (t) => {
  const site = await openSite(t);
  const first = await site.publish('Twins', { body: 'The elder.' });
  const second = await site.publish('Twins', { body: 'The younger.' });

  expect(
    first.slug !== second.slug,
    `Expected two URLs for two articles. Found only /api/articles/${first.slug}.`,
  );
  same((await site.read(first.slug)).body, 'The elder.', 'the body of the first');
  same((await site.read(second.slug)).body, 'The younger.', 'the body of the second');
});

test('Every title gives an address that a browser can show', async (t) => {
  const site = await openSite(t);
  for (const title of ['Crème brûlée, twice!', 'Хлеб', '灯笼', '?/#%', 'x'.repeat(150), 'Feed']) {
    const { slug } = await site.publish(title);
    expect(
      /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug),
      `Expected only letters, digits and hyphens in the slug of "${title}". Found ${slug}.`,
    );
    same((await site.read(slug)).title, title, 'the title');
  }
});

test('What is not there is not found', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Here');

  for (const method of ['GET', 'PUT', 'DELETE']) {
    const answer = await site.send(
      method,
      '/api/articles/not-here',
      method === 'PUT' ? {} : undefined,
    );
    answer.refuses(404, 'article', 'not found');
  }
  const nowhere = (await site.get('/api/nowhere')).is(404);
  expect(nowhere.body?.errors, nowhere.insteadOf('{"errors": …}'));
  for (const address of ['/api/articles/%00', `/api/articles/${slug}?tag=%00`]) {
    (await site.get(address)).is(404);
  }
  await site.read(slug);
});

test('A new database begins with articles', async (t) => {
  const site = await openSite(t, { samples: true });

  const { articles, articlesCount } = await site.list();

  expect(
    articlesCount >= 3,
    `Expected three articles or more in a new database. Found ${articlesCount}.`,
  );
  for (const { slug, title } of articles) {
    const article = await site.read(slug);
    same(article.title, title, 'the title');
    expect(
      article.body.length > 100,
      `Expected a long text in the sample article ${slug}. Found a short one.`,
    );
  }
});

test('Every answer tells the browser to be careful', async (t) => {
  const site = await openSite(t);
  for (const address of ['/', '/api/articles', '/api/nowhere', '/app.js']) {
    const { headers } = await site.get(address);
    const rules = headers.get('Content-Security-Policy') ?? '';
    expect(
      /script-src 'self'( 'sha256-[^']+')*(;|$)/.test(rules),
      `Expected a rule for scripts in Content-Security-Policy on ${address}. Found ${rules}.`,
    );
    expect(
      /frame-ancestors '(none|self)'/.test(rules),
      `Expected a rule for frames in Content-Security-Policy on ${address}. Found ${rules}.`,
    );
    same(
      headers.get('X-Content-Type-Options'),
      'nosniff',
      `the header X-Content-Type-Options of ${address}`,
    );
  }
});

test('The home page has a card for each article', async (t) => {
  const site = await openSite(t);
  for (const title of ['Monday', 'Tuesday'])
    await site.publish(title, { description: `${title}, in short.` });

  const home = await site.open('/');

  same(home.texts(CARD_TITLE), ['Tuesday', 'Monday'], 'the titles on the home page');
  const link = home.card('Monday').one('a.preview-link', 'a link to the article');
  link.one('p', 'the description').says('Monday, in short.');
  await link.press();
  home.isAt('/article/monday');
  home.one('.article-page h1', 'the title').says('Monday');
});

test('Every page has the bar with the way home', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('A lantern');
  for (const address of ['/', '/editor', `/article/${slug}`, '/nowhere']) {
    const page = await site.open(address);
    same(
      page.one('nav.navbar a.navbar-brand', "the site's name").attribute('href'),
      '/',
      'the URL of the link',
    );
    expect(
      page.texts('nav.navbar a.nav-link').includes('Home'),
      `Expected a link Home in the navbar on ${address}. Found none.`,
    );
  }
});

test('The page of an article shows its text in Markdown', async (t) => {
  const site = await openSite(t);
  const body =
    '# Kinds\n\n- of *paper*\n- of **tin**\n\nThey swing.\n\nAt dawn & dusk they go out.';
  const { slug } = await site.publish('Lanterns', { body });

  const page = await site.open(`/article/${slug}`);

  page.one('h1', 'the title, as the only main heading').says('Lanterns');
  page.one('.article-content :is(h2, h3, h4, h5, h6)', 'a heading in the text').says('Kinds');
  same(page.texts('.article-content li'), ['of paper', 'of tin'], 'the list in the text');
  page.one('.article-content em', 'an emphasized word').says('paper');
  page.one('.article-content strong', 'a strong word').says('tin');
  const paragraphs = ['They swing.', 'At dawn & dusk they go out.'];
  same(page.texts('.article-content p'), paragraphs, 'the paragraphs of the text');
});

test('Nothing in an article can run', async (t) => {
  const site = await openSite(t);
  const links =
    '[bad](javascript:alert(3)) ![bad](javascript:alert(4)) [good](https://example.org/)';
  const body = `Before.\n\n${TRICK}\n\n${links} <a href="javascript:alert(5)">bad</a>\n\nAfter.`;
  const { slug } = await site.publish(`Trick ${TRICK}`, { description: TRICK, body });

  for (const address of ['/', `/article/${slug}`, `/editor/${slug}`]) {
    const page = await site.open(address);
    page.none('script, iframe, [onerror], [onload]', 'code that can run');
    page.none('[href^="javascript:"], [src^="javascript:"]', 'a URL that runs code');
  }
  const texts = (await site.open(`/article/${slug}`)).texts('.article-content p');
  same([texts.at(0), texts.at(-1)], ['Before.', 'After.'], 'the text around the script');
});

test('The editor publishes, and changes what is there', async (t) => {
  const site = await openSite(t);
  const page = await site.open('/editor');
  const form = page.one('form:has(textarea[name=body])', 'the form of the editor');
  form.one('button', 'a button').says('Publish Article');

  await form.submit({ title: 'Lanterns', description: 'On light.', body: '  ' });
  page.isAt('/editor');
  same(page.texts('.error-messages li'), ["body can't be blank"], 'the messages on the page');
  same(form.one('[name=title]', 'the title').node.value, 'Lanterns', 'the text in the field');

  await form.submit({ body: 'They swing.' });
  page.isAt('/article/lanterns');
  page.one('.article-content p', 'the text').says('They swing.');

  await page.one('a[href="/editor/lanterns"]', 'a link to the editor').says('Edit Article').press();
  const editor = page.one('form:has(textarea[name=body])', 'the form of the editor');
  same(editor.one('[name=title]', 'the title').node.value, 'Lanterns', 'the title in the editor');
  same(editor.one('[name=body]', 'the text').node.value, 'They swing.', 'the text in the editor');
  await editor.submit({ title: 'Lamps' });
  page.isAt('/article/lanterns');
  page.one('h1', 'the title').says('Lamps');

  await page.one('.article-actions button', 'a button').says('Delete Article').press();
  page.isAt('/');
  page.none('.article-preview', 'a card');
});

test('Where something is missing or fails, the page says so', async (t) => {
  const site = await openSite(t);
  await site.publish('Here');

  for (const address of ['/article/not-here', '/editor/not-here', '/nowhere']) {
    const page = await site.open(address);
    page.some('.error-messages li', 'an error message');
    page.one('h1', 'a heading').says('Not Found');
    if (address.startsWith('/article/')) page.one('.article-page', 'the place of an article');
    page.one('nav.navbar a.navbar-brand', 'a link to the home page');
  }
  const home = await site.open('/');
  site.loseTheSite();
  await home.card('Here').one('a.preview-link', 'a link to the article').press();
  home.some('.error-messages li', 'an error message');
  await home.one('nav.navbar a.navbar-brand', 'a link to the home page').press();
  home.one('.home-page .error-messages li', 'a message in place of the list');
});
