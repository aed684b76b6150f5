/** Articles and comments belong to someone, and only they may change them. */

import { test } from 'node:test';

import { PASSWORD, expect, openSite, same } from './support.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const COMMENT = '.card:not(.comment-form) .card-block p';

async function picture(site, image) {
  (await site.put('/api/user', { user: { image } })).is(200);
}

test('An article names its author', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  (await nora.put('/api/user', { user: { bio: 'Walks.', image: '/nora.png' } })).is(200);
  await (await site.register('oskar')).publish('Chestnuts');

  const { author, slug } = await nora.publish('A walk in the fog');

  const profile = ({ username, bio, image } = {}) => [username, bio, image];
  same(profile(author), ['nora', 'Walks.', '/nora.png'], 'the author of a new article');
  for (const visitor of [nora, site, site.anonymous]) {
    same(
      profile((await visitor.read(slug)).author),
      ['nora', 'Walks.', '/nora.png'],
      'the author of an article',
    );
    const names = (await visitor.list()).articles.map((article) => article.author?.username);
    same(names, ['nora', 'oskar'], 'the authors of the articles in a list');
  }
  (await nora.put('/api/user', { user: { username: 'Nora N.' } })).is(200);
  same(
    (await site.read(slug)).author?.username,
    'Nora N.',
    'the name of the author after a change of it',
  );
  expect(
    !('email' in (await site.read(slug)).author),
    'Expected no e-mail address in the author of an article. Found one.',
  );
});

test('Publishing needs an account', async (t) => {
  const site = await openSite(t);
  await site.publish('A walk in the fog');
  const article = { title: 'Forged', description: 'By nobody.', body: 'Nothing.' };

  (await site.anonymous.post('/api/articles', { article })).refuses(401, 'token', 'is missing');
  (await site.anonymous.post('/api/articles', '{"article": ')).refuses(401, 'token', 'is missing');
  (await site.with('not.a.token').post('/api/articles', { article })).refuses(
    401,
    'token',
    'is invalid',
  );

  same(await site.titles(), ['A walk in the fog'], 'the list of articles');
});

test('Only the author changes an article', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('A walk in the fog');
  const address = `/api/articles/${slug}`;
  const forged = { article: { title: 'Forged' } };

  (await oskar.put(address, forged)).refuses(403, 'article', 'forbidden');
  (await oskar.put(address, { article: { title: '' } })).refuses(403, 'article', 'forbidden');
  (await site.anonymous.put(address, forged)).refuses(401, 'token', 'is missing');
  (await site.anonymous.put('/api/articles/no-such', forged)).refuses(401, 'token', 'is missing');
  (await oskar.put('/api/articles/no-such', forged)).refuses(404, 'article', 'not found');
  same((await site.read(slug)).title, 'A walk in the fog', 'the title');

  const change = { title: 'A walk at noon', author: { username: 'oskar' }, author_id: 3 };
  const { title, author } = (await nora.put(address, { article: change })).is(200).body.article;
  same(
    [title, author.username],
    ['A walk at noon', 'nora'],
    'the title and the author after a change',
  );
});

test('Only the author deletes an article', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('A walk in the fog');
  const address = `/api/articles/${slug}`;

  (await oskar.delete(address)).refuses(403, 'article', 'forbidden');
  (await site.anonymous.delete(address)).refuses(401, 'token', 'is missing');
  (await site.anonymous.delete('/api/articles/no-such')).refuses(401, 'token', 'is missing');
  await site.read(slug);

  (await nora.delete(address)).is(204);
  (await site.get(address)).refuses(404, 'article', 'not found');
});

test('A comment names its author', async (t) => {
  const site = await openSite(t);
  await picture(site, '/someone.png');
  const oskar = await site.register('oskar');
  await picture(oskar, '/oskar.png');
  const { slug } = await site.publish('A walk in the fog');

  const mine = await site.comment(slug, 'Come along.');
  const his = await oskar.comment(slug, 'I was there.');

  const by = ({ author }) => [author?.username, author?.image];
  const wanted = [
    ['someone', '/someone.png'],
    ['oskar', '/oskar.png'],
  ];
  same([mine, his].map(by), wanted, 'the authors of two new comments');
  const { comments } = (await site.anonymous.get(`/api/articles/${slug}/comments`)).is(200).body;
  same(comments.map(by), wanted, 'the authors of the comments');
  expect(
    !comments.some(({ author }) => 'email' in author),
    'Expected no e-mail address in the author of a comment. Found one.',
  );
});

test('Commenting needs an account', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('A walk in the fog');
  const comment = { body: 'Forged.' };

  for (const address of [`/api/articles/${slug}/comments`, '/api/articles/no-such/comments']) {
    (await site.anonymous.post(address, { comment })).refuses(401, 'token', 'is missing');
    (await site.anonymous.post(address, '{"comment": ')).refuses(401, 'token', 'is missing');
    (await site.with('not.a.token').post(address, { comment })).refuses(401, 'token', 'is invalid');
  }

  await site.comment(slug, 'Mine.');
  const { comments } = (await site.anonymous.get(`/api/articles/${slug}/comments`)).is(200).body;
  same(
    comments.map(({ body }) => body),
    ['Mine.'],
    'the comments',
  );
});

test('Only the author takes a comment down', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('A walk in the fog');
  const other = await nora.publish('Another walk');
  const { id } = await oskar.comment(slug, 'I was there.');
  const address = `/api/articles/${slug}/comments/${id}`;

  (await nora.delete(address)).refuses(403, 'comment', 'forbidden');
  (await site.anonymous.delete(address)).refuses(401, 'token', 'is missing');
  (await site.anonymous.delete('/api/articles/no-such/comments/1')).refuses(
    401,
    'token',
    'is missing',
  );
  (await oskar.delete(`/api/articles/${other.slug}/comments/${id}`)).refuses(
    404,
    'comment',
    'not found',
  );
  const { comments } = (await site.get(`/api/articles/${slug}/comments`)).is(200).body;
  same(comments.length, 1, 'the number of comments after the errors');

  (await oskar.delete(address)).is(204);
});

test('A false token is refused where none is needed', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('A walk in the fog');

  for (const address of [
    '/api/articles',
    `/api/articles/${slug}`,
    `/api/articles/${slug}/comments`,
  ]) {
    (await site.anonymous.get(address)).is(200);
    (await site.with('not.a.token').get(address)).refuses(401, 'token', 'is invalid');
  }
});

test('The sample articles have authors', async (t) => {
  const site = await openSite(t, { samples: true });

  const { articles } = await site.list();

  const authors = new Map(articles.map(({ author }) => [author?.username, author]));
  expect(
    !authors.has(undefined),
    'Expected an author for each sample article. Found some without one.',
  );
  for (const [name, { image }] of authors) {
    (await site.get(`/api/profiles/${encodeURIComponent(name)}`)).is(200);
    if (image?.startsWith('/')) {
      const answer = (await site.get(image)).is(200);
      expect(
        /^image\//.test(answer.headers.get('Content-Type')),
        `Expected a picture at ${image}. Found another type of content.`,
      );
    }
    for (const password of [
      'password',
      'secret',
      '12345678',
      PASSWORD,
      name,
      `${name}${name}`,
      'conduit',
    ]) {
      const email = `${name}@example.org`;
      const answer = await site.anonymous.post('/api/users/login', { user: { email, password } });
      expect(
        answer.status !== 200,
        `Expected no sign-in as ${name} with the password "${password}". Found status 200.`,
      );
    }
  }
});

test('Cards and articles show who wrote them', async (t) => {
  const site = await openSite(t);
  const name = 'Jiří & Co?';
  const jiri = await site.register(name);
  const image = 'https://example.org/a.png?a=1&b=\'2\'" onerror="alert(1)';
  await picture(jiri, image);
  const { slug } = await jiri.publish('Chestnuts');
  await site.publish('A walk in the fog');

  const page = await site.anonymous.open('/');

  for (const part of [page.card('Chestnuts'), await site.anonymous.open(`/article/${slug}`)]) {
    const link = part.one('.article-meta a.author', 'the author').says(name);
    same(link.attribute('href'), '/profile/Ji%C5%99%C3%AD%20%26%20Co%3F', 'the URL of the name');
    same(part.one('.article-meta img', 'the picture').attribute('src'), image, 'the picture');
    part.none('[onerror]', 'code that can run');
  }
  const plain = page
    .card('A walk in the fog')
    .one('.article-meta img', 'the picture')
    .attribute('src');
  expect(
    plain.includes('default-avatar.svg'),
    `Expected default-avatar.svg for a user without a picture. Found ${plain}.`,
  );
});

test('Only the author sees the buttons of an article', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('A walk in the fog');
  const buttons = '.article-actions a[href^="/editor"], .article-actions button.btn-outline-danger';

  const own = await site.open(`/article/${slug}`);
  same(own.texts(buttons), ['Edit Article', 'Delete Article'], 'the buttons for the author');
  own.one('nav.navbar a[href="/editor"]', 'a link to the editor').says('New Article');
  for (const visitor of [await site.register('oskar'), site.anonymous]) {
    (await visitor.open(`/article/${slug}`)).none(buttons, 'a button for the author alone');
  }
  const stranger = await site.anonymous.open('/');
  stranger.none('a[href="/editor"]', 'a link to the editor');
  same(stranger.texts(CARD_TITLE), ['A walk in the fog'], 'the titles on the home page');
  for (const address of ['/editor', `/editor/${slug}`])
    (await site.anonymous.open(address)).isAt('/login');
});

test('Comments on a page show who wrote them', async (t) => {
  const site = await openSite(t);
  const oskar = await site.register('oskar');
  await picture(oskar, '/oskar.png');
  const { slug } = await site.publish('A walk in the fog');
  await site.comment(slug, 'Come along.');
  await oskar.comment(slug, 'I was there.');

  const page = await oskar.open(`/article/${slug}`);
  const card = page.card('I was there.');
  card.one('a[href="/profile/oskar"]', 'a link to the author').says('oskar');
  same(
    card.one('img.comment-author-img', 'the picture').attribute('src'),
    '/oskar.png',
    'the picture',
  );
  card.one('.card-block p', 'the text, alone').says('I was there.');
  page.card('Come along.').one('a[href="/profile/someone"]', 'a link to the author');
  page.card('Come along.').none('.mod-options', "a trash icon for another user's comment");
  const form = page.one('form.comment-form', 'a comment form');
  same(
    form.one('img.comment-author-img', 'the picture').attribute('src'),
    '/oskar.png',
    'the picture in the form',
  );
  await card.one('.ion-trash-a', 'a trash icon').press();
  same(page.texts(COMMENT), ['Come along.'], 'the comments on the page');

  const stranger = await site.anonymous.open(`/article/${slug}`);
  same(stranger.texts(COMMENT), ['Come along.'], 'the comments for an anonymous visitor');
  stranger.none(
    'form.comment-form, .mod-options',
    'a form or a trash icon for an anonymous visitor',
  );
});
