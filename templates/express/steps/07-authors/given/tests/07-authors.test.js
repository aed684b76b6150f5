/** Articles and comments have an author, and only the author can change them. */

import { test } from 'node:test';

import { PASSWORD, expect, openSite, same } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const COMMENT = '.card:not(.comment-form) .card-block p';
const FORGED = { title: 'Forged', description: 'By somebody.', body: 'Nothing.' };

function articleUrl(slug) {
  return `/api/articles/${slug}`;
}

function commentsOf(slug) {
  return `/api/articles/${slug}/comments`;
}

/** The comments on an article, as the API returns them. */
async function comments(visitor, slug) {
  return (await visitor.get(commentsOf(slug))).is(200).body.comments;
}

/** Give a user a bio and a picture, and return the profile. */
async function withPicture(user) {
  const profile = { bio: `Bio of ${user.name}.`, image: `https://example.org/${user.name[0]}.png` };
  (await user.put('/api/user', { user: profile })).is(200);
  return { username: user.name, ...profile };
}

/** The keys of a profile that this step promises. */
function profile({ username, bio, image } = {}) {
  return { username, bio, image };
}

/** Undo migrations until articles have no author. */
async function downgradeToBeforeAuthors(site) {
  await site.run('knex', 'undo', 'articles.author_id');
}

test('An article has its author', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const author = await withPicture(nora);
  await site.publish('Chestnuts');

  const article = await nora.publish('Fog');

  same(profile(article.author), author, 'the author of a new article');
  for (const visitor of [nora, site, site.anonymous]) {
    same(profile((await visitor.read(article.slug)).author), author, 'the author of the article');
    const names = (await visitor.list()).articles.map((item) => item.author?.username);
    same(names, ['nora', 'someone'], 'the authors from GET /api/articles');
  }
  const text = (await site.get(articleUrl(article.slug))).text;
  expect(!text.includes(nora.email), 'Expected no e-mail in an article. Found it.');
  (await nora.put('/api/user', { user: { username: 'Nora N.' } })).is(200);
  same((await site.read(article.slug)).author.username, 'Nora N.', 'the author with a new name');
});

test('A signed-out visitor cannot publish', async () => {
  const site = await openSite();
  await site.publish('Fog');

  const reply = await site.anonymous.post('/api/articles', { article: FORGED });

  reply.isRejected(401, 'token', 'is missing');
  same(await site.titles(), ['Fog'], 'the titles from GET /api/articles');
});

test('Only the author can edit an article', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('Fog');

  const forged = await oskar.put(articleUrl(slug), { article: FORGED });
  forged.isRejected(403, 'article', 'forbidden');
  const anonymous = await site.anonymous.put(articleUrl(slug), { article: FORGED });
  anonymous.isRejected(401, 'token', 'is missing');

  same((await site.read(slug)).title, 'Fog', 'the title after the errors');
  const edited = await nora.edit(slug, { title: 'Noon', author: { username: 'oskar' } });
  same([edited.title, edited.author?.username], ['Noon', 'nora'], 'title and author after an edit');
});

test('Only the author can delete an article', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('Fog');

  (await oskar.delete(articleUrl(slug))).isRejected(403, 'article', 'forbidden');
  (await site.anonymous.delete(articleUrl(slug))).isRejected(401, 'token', 'is missing');

  await site.read(slug);
  (await nora.delete(articleUrl(slug))).is(204);
  (await site.get(articleUrl(slug))).isRejected(404, 'article', 'not found');
});

test('A comment has its author', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog');
  const oskar = await site.register('oskar');
  const author = await withPicture(oskar);

  const first = await site.comment(slug, 'Let us sail.');
  const second = await oskar.comment(slug, 'I was there.');

  same(first.author?.username, 'someone', 'the author of the first comment');
  same(profile(second.author), author, 'the author of the second comment');
  const authors = (await comments(site.anonymous, slug)).map((comment) => profile(comment.author));
  same(authors, [profile(first.author), author], `the authors from GET ${commentsOf(slug)}`);
});

test('A signed-out visitor cannot comment', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog');

  const reply = await site.anonymous.post(commentsOf(slug), { comment: { body: 'Forged.' } });

  reply.isRejected(401, 'token', 'is missing');
  await site.comment(slug, 'Mine.');
  const texts = (await comments(site.anonymous, slug)).map(({ body }) => body);
  same(texts, ['Mine.'], 'the comments after the error');
});

test('Only the author can delete a comment', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('Fog');
  const { id } = await oskar.comment(slug, 'I was there.');
  const url = `${commentsOf(slug)}/${id}`;

  (await nora.delete(url)).isRejected(403, 'comment', 'forbidden');
  (await site.anonymous.delete(url)).isRejected(401, 'token', 'is missing');

  same((await comments(site, slug)).length, 1, 'the number of comments after the errors');
  (await oskar.delete(url)).is(204);
  same((await comments(site, slug)).length, 0, 'the number of comments at the end');
});

test('The list of drafts has only your drafts', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  await nora.publish('Fog', { draft: true });
  await oskar.publish('Chestnuts', { draft: true });
  await nora.publish('Noon');

  same(await nora.titles('', '/api/drafts'), ['Fog'], 'the drafts of nora');
  same(await oskar.titles('', '/api/drafts'), ['Chestnuts'], 'the drafts of oskar');
  (await site.anonymous.get('/api/drafts')).isRejected(401, 'token', 'is missing');
});

test('A draft of another user returns 404', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('Fog', { draft: true });
  const missing = [404, 'article', 'not found'];

  for (const visitor of [oskar, site.anonymous]) {
    (await visitor.get(articleUrl(slug))).isRejected(...missing);
    (await visitor.get(commentsOf(slug))).isRejected(...missing);
  }
  (await oskar.put(articleUrl(slug), { article: FORGED })).isRejected(...missing);
  (await oskar.delete(articleUrl(slug))).isRejected(...missing);
  (await oskar.post(commentsOf(slug), { comment: { body: 'Hello?' } })).isRejected(...missing);

  same((await nora.read(slug)).title, 'Fog', 'the title for the author');
  await nora.comment(slug, 'To do.');
});

test('An invalid token is rejected on every endpoint', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog');

  for (const url of ['/api/drafts', articleUrl(slug), commentsOf(slug)]) {
    (await site.get(url)).is(200);
    (await site.with('a.b.c').get(url)).isRejected(401, 'token', 'is invalid');
  }
});

test('The sample articles have authors', async () => {
  const site = (await openSite()).anonymous;
  await site.run('init-db');

  const { articles } = await site.list();

  for (const { title, author } of articles) {
    expect(author?.username, `Expected an author of the sample article "${title}". Found none.`);
    const url = `/api/profiles/${encodeURIComponent(author.username)}`;
    const { image } = (await site.get(url)).is(200).body.profile;
    if (image?.startsWith('/')) (await site.get(image)).is(200);
  }
});

test('The migration adds an author to old rows', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog', { body: 'It came at night.' });
  await site.comment(slug, 'I was there.');
  same((await site.read(slug)).author?.username, 'someone', 'the author before the downgrade');
  await downgradeToBeforeAuthors(site);

  await site.run('knex', 'migrate:latest');

  await site.run('check-db');
  const visitor = site.anonymous;
  const { body, author } = await visitor.read(slug);
  same([body, author.username], ['It came at night.', 'anonymous'], 'body and author');
  const [comment] = await comments(visitor, slug);
  const found = [comment.body, comment.author.username];
  same(found, ['I was there.', 'anonymous'], 'body and author of the comment');
  (await visitor.get('/api/profiles/anonymous')).is(200);
  for (const password of [PASSWORD, 'anonymous', 'password']) {
    const user = { email: 'anonymous@example.org', password };
    (await visitor.post('/api/users/login', { user })).is(401);
  }
});

test('Without old rows, the migration adds no user', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog');
  same((await site.read(slug)).author?.username, 'someone', 'the author of the article');

  (await site.get('/api/profiles/anonymous')).isRejected(404, 'profile', 'not found');
});

test('Cards and articles show their author', async () => {
  const site = await openSite();
  const jiri = await site.register('Jiří <i>& Co?');
  const image = 'https://example.org/a.png?a=1&b="2" onerror="alert(1)';
  (await jiri.put('/api/user', { user: { image } })).is(200);
  const { slug } = await jiri.publish('Chestnuts');
  await site.publish('Fog');

  const home = await site.anonymous.open('/');
  const page = await site.anonymous.open(`/article/${slug}`);

  for (const part of [home.card('Chestnuts'), page]) {
    const author = part.one('.article-meta a.author', 'the author').hasText(jiri.name);
    author.linksTo(`/profile/${jiri.name}`);
    part.one('.article-meta img', 'the picture of the author').has('src', image);
    part.none('[onerror], .author i', 'code that can run');
  }
  const picture = home.card('Fog').one('.article-meta img', 'the picture of the author');
  picture.hasIn('src', 'default-avatar.svg');
});

test('Only the author sees the buttons', async () => {
  const site = await openSite();
  const oskar = await site.register('oskar');
  const { slug } = await site.publish('Fog');
  const edit = `.article-actions a[href="/editor/${slug}"]`;
  const remove = '.article-actions button.btn-outline-danger';

  const own = await site.open(`/article/${slug}`);
  own.one(edit, 'a link to the editor').hasText('Edit Article');
  own.one(remove, 'a delete button').hasText('Delete Article');
  own.hasLink('nav.navbar a.nav-link', 'New Article', '/editor');
  own.hasLink('nav.navbar a.nav-link', 'Drafts', '/drafts');

  for (const visitor of [oskar, site.anonymous]) {
    const page = await visitor.open(`/article/${slug}`);
    page.one('.article-page h1', 'the title').hasText('Fog');
    page.none(`${edit}, ${remove}`, 'a link or button for the author');
  }
  const home = await site.anonymous.open('/');
  home.lists(CARD_TITLE, 'articles', ['Fog']);
  home.none('nav.navbar a[href="/editor"], a[href="/drafts"]', 'a link for signed-in users');
  for (const url of ['/editor', `/editor/${slug}`, '/drafts'])
    (await site.anonymous.open(url)).isAt('/login');
});

test('Comments on a page show their author', async () => {
  const site = await openSite();
  const oskar = await site.register('oskar');
  const { image } = await withPicture(oskar);
  const { slug } = await site.publish('Fog');
  await site.comment(slug, 'Let us sail.');
  await oskar.comment(slug, 'I was there.');

  const page = await oskar.open(`/article/${slug}`);

  const own = page.card('I was there.');
  own.one('a[href="/profile/oskar"]', 'a link to the author').hasText('oskar');
  own.one('img.comment-author-img', 'the picture of the author').has('src', image);
  const other = page.card('Let us sail.');
  other.one('a[href="/profile/someone"]', 'a link to the author').hasText('someone');
  other.none('.mod-options', "a delete button for another user's comment");
  const form = page.one('form.comment-form', 'a comment form');
  form.one('img.comment-author-img', 'the picture of the user').has('src', image);
  await own.one('.mod-options button', 'a delete button').click();
  page.lists(COMMENT, 'comments', ['Let us sail.']);
  const visitor = await site.anonymous.open(`/article/${slug}`);
  visitor.lists(COMMENT, 'comments', ['Let us sail.']);
  visitor.none('form.comment-form, .mod-options', 'a form or button for signed-in users');
});

test('The checks have an order', async () => {
  const site = await openSite();
  const oskar = await site.register('oskar');
  const { slug } = await site.publish('Fog');
  const { id } = await site.comment(slug, 'Mine.');
  const blank = { article: { title: '' } };
  const missing = articleUrl('no-such-article');

  (await site.put(articleUrl(slug), blank)).isRejected(422, 'title');
  (await oskar.put(articleUrl(slug), blank)).isRejected(403, 'article', 'forbidden');
  (await oskar.put(missing, blank)).isRejected(404, 'article', 'not found');
  (await oskar.delete(`${missing}/comments/${id}`)).isRejected(404, 'article', 'not found');
  const anonymous = site.anonymous;
  (await anonymous.put(missing, blank)).isRejected(401, 'token', 'is missing');
  (await anonymous.delete(missing)).isRejected(401, 'token', 'is missing');
  (await anonymous.post(`${missing}/comments`, {})).isRejected(401, 'token', 'is missing');
  (await anonymous.delete(`${missing}/comments/${id}`)).isRejected(401, 'token', 'is missing');
});

test('More articles need no more queries', async () => {
  const site = await openSite();
  for (const name of ['nora', 'oskar']) await (await site.register(name)).publish('Fog');
  const { statements } = await site.queries('/api/articles');
  for (const name of ['petra', 'jiri', 'mara']) await (await site.register(name)).publish('Noon');

  await site.needsAtMost(statements.length, '/api/articles');

  const names = (await site.list()).articles.map(({ author }) => author?.username);
  const expected = ['mara', 'jiri', 'petra', 'oskar', 'nora'];
  same(names, expected, 'the authors from GET /api/articles');
});

test('More comments need no more queries', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog');
  const write = async (name) => (await site.register(name)).comment(slug, `By ${name}.`);
  for (const name of ['nora', 'oskar']) await write(name);
  const { statements } = await site.queries(commentsOf(slug));
  for (const name of ['petra', 'jiri', 'mara']) await write(name);

  await site.needsAtMost(statements.length, commentsOf(slug));

  const names = (await comments(site, slug)).map(({ author }) => author?.username);
  const expected = ['nora', 'oskar', 'petra', 'jiri', 'mara'];
  same(names, expected, `the authors from GET ${commentsOf(slug)}`);
});

test('A real user never gets old articles', async () => {
  const site = await openSite();
  const real = await site.register('anonymous');
  const { slug } = await site.publish('Fog');
  same((await site.read(slug)).author?.username, 'someone', 'the author before the downgrade');
  await downgradeToBeforeAuthors(site);

  await site.run('knex', 'migrate:latest');

  const { author } = await real.read(slug);
  const found = 'Found the real user anonymous.';
  expect(author.username !== 'anonymous', `Expected another author than the real user. ${found}`);
  (await real.delete(articleUrl(slug))).isRejected(403, 'article', 'forbidden');
});

test('The migration can run again', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Fog');
  same((await site.read(slug)).author?.username, 'someone', 'the author before the downgrade');

  for (let round = 0; round < 2; round += 1) {
    await downgradeToBeforeAuthors(site);
    await site.run('knex', 'migrate:latest');

    const { author } = await site.anonymous.read(slug);
    same(author.username, 'anonymous', 'the author after the upgrade');
  }
});
