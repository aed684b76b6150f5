/** A profile lists the articles of its user, and readers can follow authors. */

import { test } from 'node:test';

import { openSite, same } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const BUTTON = 'form button.btn-outline-secondary';

function profileUrl(name) {
  return `/api/profiles/${encodeURIComponent(name)}`;
}

function follow(visitor, name) {
  return visitor.post(`${profileUrl(name)}/follow`);
}

function unfollow(visitor, name) {
  return visitor.delete(`${profileUrl(name)}/follow`);
}

/** The key `following` of a profile, for this visitor. */
async function following(visitor, name) {
  return (await visitor.get(profileUrl(name))).is(200).body?.profile?.following;
}

test('The articles of a user have their own list', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const zoe = await site.register('Zoë & Co');
  await nora.publish('Low tide', { tagList: ['sea'] });
  await zoe.publish('A quiet street', { tagList: ['sea'] });
  await nora.publish('High tide', { tagList: ['sea', 'moon'] });

  const { articles, articlesCount } = await site.anonymous.list('?author=nora');

  const titles = articles.map(({ title }) => title);
  same(titles, ['High tide', 'Low tide'], 'the titles from GET /api/articles?author=nora');
  same(articlesCount, 2, 'articlesCount for author=nora');
  const street = await site.titles('?author=Zo%C3%AB%20%26%20Co');
  same(street, ['A quiet street'], 'the titles of the other author');
  const both = await site.titles('?author=nora&tag=moon');
  same(both, ['High tide'], 'the titles for author=nora and tag=moon');
  for (const name of ['someone', 'nobody', 'NORA', '']) {
    const found = await site.list(`?author=${name}`);
    same(found, { articles: [], articlesCount: 0 }, `the list for author=${name}`);
  }
});

test('The list of a user has no drafts', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  await nora.publish('Low tide');
  await nora.publish('High tide', { draft: true });
  await site.publish('A quiet street');

  for (const visitor of [site, nora, site.anonymous]) {
    const titles = await visitor.titles('?author=nora');
    same(titles, ['Low tide'], 'the titles from GET /api/articles?author=nora');
  }
});

test('Following a user changes the profile', async () => {
  const site = await openSite();
  await site.register('nora');
  await site.register('oskar');
  same(await following(site, 'nora'), false, 'following before the request');

  const { profile } = (await follow(site, 'nora')).is(200).body ?? {};

  same([profile?.username, profile?.following], ['nora', true], 'the profile in the response');
  same(await following(site, 'nora'), true, `following from GET ${profileUrl('nora')}`);
  same(await following(site, 'oskar'), false, `following from GET ${profileUrl('oskar')}`);
});

test('Unfollowing a user changes the profile back', async () => {
  const site = await openSite();
  for (const name of ['nora', 'oskar']) {
    await site.register(name);
    (await follow(site, name)).is(200);
  }

  const { profile } = (await unfollow(site, 'nora')).is(200).body ?? {};

  same([profile?.username, profile?.following], ['nora', false], 'the profile in the response');
  same(await following(site, 'nora'), false, `following from GET ${profileUrl('nora')}`);
  same(await following(site, 'oskar'), true, `following from GET ${profileUrl('oskar')}`);
});

test('Each visitor follows their own authors', async () => {
  const site = await openSite();
  await site.register('nora');
  const petra = await site.register('petra');

  (await follow(site, 'nora')).is(200);

  same(await following(site, 'nora'), true, 'following for the visitor');
  same(await following(petra, 'nora'), false, 'following for another user');
  same(await following(site.anonymous, 'nora'), false, 'following for a signed-out visitor');
});

test('An author says if the visitor follows', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const { slug } = await nora.publish('Low tide');
  await site.comment(slug, 'Mud.');
  await nora.comment(slug, 'And birds.');
  await site.publish('A quiet street');

  (await follow(site, 'nora')).is(200);

  same((await site.read(slug)).author.following, true, 'following of the author of an article');
  const { articles } = await site.list();
  const inList = articles.map(({ author }) => author.following);
  same(inList, [false, true], 'following of the authors from GET /api/articles');
  const { comments } = (await site.get(`/api/articles/${slug}/comments`)).is(200).body;
  const ofComments = comments.map(({ author }) => author.following);
  same(ofComments, [false, true], 'following of the authors of the comments');
  const { author } = await site.anonymous.read(slug);
  same(author.following, false, 'following for a signed-out visitor');
});

test('Following has one direction', async () => {
  const site = await openSite();
  const [nora, oskar, petra] = await Promise.all(
    ['nora', 'oskar', 'petra'].map((name) => site.register(name)),
  );

  (await follow(oskar, 'nora')).is(200);
  (await follow(petra, 'oskar')).is(200);

  same(await following(oskar, 'nora'), true, 'following of nora for oskar');
  same(await following(nora, 'oskar'), false, 'following of oskar for nora');
  same(await following(petra, 'nora'), false, 'following of nora for petra');
  (await follow(petra, 'nora')).is(200);
  (await unfollow(oskar, 'nora')).is(200);
  same(await following(petra, 'nora'), true, 'following of nora for petra');
  same(await following(petra, 'oskar'), true, 'following of oskar for petra');
});

test('Following twice changes nothing', async () => {
  const site = await openSite();
  await site.register('nora');

  for (let round = 0; round < 2; round += 1) (await follow(site, 'nora')).is(200);
  same(await following(site, 'nora'), true, 'following after two requests');

  for (let round = 0; round < 2; round += 1) (await unfollow(site, 'nora')).is(200);
  same(await following(site, 'nora'), false, 'following after two requests to unfollow');
});

test('A user cannot follow themselves', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  (await follow(site, 'nora')).is(200);

  (await follow(nora, 'nora')).isRejected(403, 'profile');

  same(await following(nora, 'nora'), false, 'following of the own profile');
});

test('A signed-out visitor cannot follow', async () => {
  const site = await openSite();
  await site.register('nora');
  (await follow(site, 'nora')).is(200);

  for (const request of [follow, unfollow]) {
    (await request(site.anonymous, 'nora')).isRejected(401, 'token', 'is missing');
    (await request(site.anonymous, 'nobody')).isRejected(401, 'token', 'is missing');
  }

  same(await following(site, 'nora'), true, 'following after the errors');
});

test('Following a missing user returns 404', async () => {
  const site = await openSite();
  await site.register('nora');
  (await follow(site, 'nora')).is(200);

  (await follow(site, 'nobody')).isRejected(404, 'profile', 'not found');
  (await unfollow(site, 'nobody')).isRejected(404, 'profile', 'not found');
});

test('A profile has a tab with the articles', async () => {
  const site = await openSite();
  const zoe = await site.register('Zoë & Co');
  await zoe.publish('Low tide');
  await site.publish('A quiet street');

  const page = await site.anonymous.open(`/profile/${encodeURIComponent(zoe.name)}`);

  page.one('.user-info h4', 'the name').hasText(zoe.name);
  const tab = page.one('.articles-toggle a.nav-link.active', 'an active tab');
  tab.hasText('Articles').linksTo(`/profile/${zoe.name}`);
  page.lists(CARD_TITLE, 'articles', ['Low tide']);
});

test('A profile has a follow button', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const button = `.user-info ${BUTTON}`;
  const page = await site.open('/profile/nora');

  await page.one(button, 'a follow button').hasText('Follow nora').click();

  page.isAt('/profile/nora');
  page.one(button, 'a follow button').hasText('Unfollow nora');
  same(await following(site, 'nora'), true, `following from GET ${profileUrl('nora')}`);
  await page.one(button, 'a follow button').click();
  page.one(button, 'a follow button').hasText('Follow nora');
  (await nora.open('/profile/nora')).none(button, 'a button to follow yourself');
  const visitor = await site.anonymous.open('/profile/nora');
  await visitor.one(button, 'a follow button').hasText('Follow nora').click();
  visitor.isAt('/login');
});

test("An article's page has a follow button", async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const { slug } = await nora.publish('Low tide');
  const button = `.article-actions ${BUTTON}`;
  const page = await site.open(`/article/${slug}`);

  await page.one(button, 'a follow button').hasText('Follow nora').click();

  page.isAt(`/article/${slug}`);
  page.one(button, 'a follow button').hasText('Unfollow nora');
  same(await following(site, 'nora'), true, `following from GET ${profileUrl('nora')}`);
  (await nora.open(`/article/${slug}`)).none(`${button}`, 'a button to follow yourself');
});

test('More followed authors need no more queries', async () => {
  const site = await openSite();
  const write = async (name) => {
    await (await site.register(name)).publish('Fog');
    (await follow(site, name)).is(200);
  };
  for (const name of ['nora', 'oskar']) await write(name);
  const { statements } = await site.queries('/api/articles');
  for (const name of ['petra', 'jiri', 'mara']) await write(name);

  await site.needsAtMost(statements.length, '/api/articles');

  const found = (await site.list()).articles.map(({ author }) => author.following);
  same(found, [true, true, true, true, true], 'following of the authors from GET /api/articles');
});

test('Two requests to follow at the same moment succeed', async () => {
  const site = await openSite();
  await site.register('nora');

  for (const request of [follow, unfollow]) {
    const reply = await site.justBeforeSaving(
      async () => (await request(site, 'nora')).is(200),
      () => request(site, 'nora'),
    );
    reply.is(200);
    same(await following(site, 'nora'), request === follow, 'following after two requests');
  }
});
