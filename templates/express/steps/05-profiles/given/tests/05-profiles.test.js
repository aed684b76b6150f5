/** A profile shows what somebody wrote, and readers follow writers. */

import { test } from 'node:test';

import { expect, openSite, same } from './support.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const BUTTON = 'button.btn-outline-secondary';

/** Whether this visitor follows somebody, as their profile tells. */
async function follows(visitor, name) {
  const answer = (await visitor.get(`/api/profiles/${encodeURIComponent(name)}`)).is(200);
  return answer.body.profile?.following;
}

function follow(visitor, name) {
  return visitor.post(`/api/profiles/${encodeURIComponent(name)}/follow`);
}

function unfollow(visitor, name) {
  return visitor.delete(`/api/profiles/${encodeURIComponent(name)}/follow`);
}

test('Articles can be asked for by their author', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const zoe = await site.register('Zoë & Co');
  await nora.publish('Low tide', { tagList: ['sea'] });
  await zoe.publish('A quiet street');
  await nora.publish('High tide', { tagList: ['sea', 'moon'] });

  same(await site.titles('?author=nora'), ['High tide', 'Low tide'], 'the articles by nora');
  same((await site.list('?author=nora')).articlesCount, 2, 'articlesCount of the articles by nora');
  same(
    await site.anonymous.titles('?author=Zo%C3%AB%20%26%20Co'),
    ['A quiet street'],
    'the articles by Zoë & Co',
  );
  same(
    await site.titles('?author=nora&tag=moon'),
    ['High tide'],
    'the articles by nora with the tag "moon"',
  );
  for (const nobody of ['?author=someone', '?author=nobody', '?author=', '?author=NORA']) {
    same(await site.list(nobody), { articles: [], articlesCount: 0 }, `the list for ${nobody}`);
  }
});

test('A profile tells whether the visitor follows', async (t) => {
  const site = await openSite(t);
  await site.register('nora');
  same(await follows(site, 'nora'), false, 'following before the request');

  const { profile } = (await follow(site, 'nora')).is(200).body;
  same([profile?.username, profile?.following], ['nora', true], 'the profile in the response');
  same(await follows(site, 'nora'), true, 'following after the request');
  same(await follows(site.anonymous, 'nora'), false, 'following for an anonymous visitor');

  const after = (await unfollow(site, 'nora')).is(200).body.profile;
  same(
    [after?.username, after?.following],
    ['nora', false],
    'the profile in the response to unfollowing',
  );
  same(await follows(site, 'nora'), false, 'following after unfollowing');
});

test('Following has a direction', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const petra = await site.register('petra');

  (await follow(oskar, 'nora')).is(200);
  (await follow(petra, 'oskar')).is(200);

  same(await follows(oskar, 'nora'), true, 'following of nora for oskar');
  same(await follows(nora, 'oskar'), false, 'following of oskar for nora');
  same(await follows(petra, 'nora'), false, 'following of nora for petra');
  (await follow(petra, 'nora')).is(200);
  (await unfollow(petra, 'oskar')).is(200);
  same(await follows(petra, 'nora'), true, 'following of nora for petra');
  same(await follows(petra, 'oskar'), false, 'following of oskar for petra');
  same(await follows(oskar, 'nora'), true, 'following of nora for oskar');
});

test('The authors of articles and comments tell it as well', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const { slug } = await nora.publish('Low tide');
  await oskar.publish('A quiet street');
  await nora.comment(slug, 'By me.');
  await oskar.comment(slug, 'By me.');
  (await follow(site, 'nora')).is(200);

  const seenBy = async (visitor) => {
    const { articles } = await visitor.list();
    const { comments } = (await visitor.get(`/api/articles/${slug}/comments`)).is(200).body;
    return [...articles, ...comments, await visitor.read(slug)].map(
      ({ author }) => author.following,
    );
  };
  same(await seenBy(site), [false, true, true, false, true], 'following in articles and comments');
  same(
    await seenBy(site.anonymous),
    [false, false, false, false, false],
    'following for an anonymous visitor',
  );
});

test('Nobody follows themselves', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  (await follow(site, 'nora')).is(200);

  (await follow(nora, 'nora')).refuses(403, 'profile');

  same(await follows(nora, 'nora'), false, 'following of nora for nora');
});

test('Following needs an account', async (t) => {
  const site = await openSite(t);
  await site.register('nora');
  (await follow(site, 'nora')).is(200);

  for (const name of ['nora', 'nobody']) {
    (await follow(site.anonymous, name)).refuses(401, 'token', 'is missing');
    (await unfollow(site.anonymous, name)).refuses(401, 'token', 'is missing');
    (await unfollow(site.with('not.a.token'), name)).refuses(401, 'token', 'is invalid');
  }
  const other = await site.register('other');
  expect(
    (await other.get('/api/profiles/nora/follow')).status !== 200,
    'Expected no status 200 from GET /api/profiles/nora/follow. Found status 200.',
  );
  same(
    [await follows(other, 'nora'), await follows(site, 'nora')],
    [false, true],
    'following of nora for two users',
  );
});

test('Following twice is following once', async (t) => {
  const site = await openSite(t);
  await site.register('nora');

  const both = await site.justBeforeSaving(
    () => follow(site, 'nora'),
    () => follow(site, 'nora'),
  );
  same(
    both.is(200).body.profile?.following,
    true,
    'the responses to two requests at the same moment',
  );
  (await follow(site, 'nora')).is(200);
  same(await follows(site, 'nora'), true, 'following after three requests');

  (await unfollow(site, 'nora')).is(200);
  same(
    (await unfollow(site, 'nora')).is(200).body.profile?.following,
    false,
    'the responses to unfollowing twice',
  );
  same(await follows(site, 'nora'), false, 'following after unfollowing');
});

test('Somebody who is not there cannot be followed', async (t) => {
  const site = await openSite(t);
  await site.register('Zoë & Co');
  (await follow(site, 'Zoë & Co')).is(200);

  (await follow(site, 'nobody')).refuses(404, 'profile', 'not found');
  (await unfollow(site, 'nobody')).refuses(404, 'profile', 'not found');
  same(await follows(site, 'Zoë & Co'), true, 'following of Zoë & Co');
});

test('A profile lists what its owner wrote', async (t) => {
  const site = await openSite(t);
  const name = "Zoë & Co's (old)";
  const zoe = await site.register(name);
  for (const title of ['Low tide', 'High tide']) await zoe.publish(title);
  await site.publish('A quiet street');

  const page = await site.open(`/profile/${encodeURIComponent(name)}`);

  same(page.texts(CARD_TITLE), ['High tide', 'Low tide'], 'the titles on the profile');
  const tab = page.one('.articles-toggle a.nav-link.active', 'the current tab').says('Articles');
  same(decodeURIComponent(tab.attribute('href')), `/profile/${name}`, 'the URL of the tab');
  page.one('h4', 'the name').says(name);
  const own = await site.open('/profile/someone');
  same(own.texts(CARD_TITLE), ['A quiet street'], 'the titles on the own profile');
});

test('The button on a profile turns', async (t) => {
  const site = await openSite(t);
  await site.register('nora');

  const page = await site.open('/profile/nora');
  for (const [words, next] of [
    ['Follow nora', true],
    ['Unfollow nora', false],
    ['Follow nora', true],
  ]) {
    await page.one(`.user-info ${BUTTON}`, 'a follow button').says(words).press();
    page.isAt('/profile/nora');
    same(await follows(site, 'nora'), next, `following after pressing "${words}"`);
  }
  (await site.open('/profile/nora')).one(`.user-info ${BUTTON}`, 'a button').says('Unfollow nora');
  (await site.open('/profile/someone')).none(`.user-info ${BUTTON}`, 'a button to follow yourself');

  const stranger = await site.anonymous.open('/profile/nora');
  await stranger.one(`.user-info ${BUTTON}`, 'a follow button').says('Follow nora').press();
  stranger.isAt('/login');
});

test('The page of an article offers to follow its author', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const { slug } = await nora.publish('Low tide');
  const button = `.article-actions form ${BUTTON}`;

  const page = await site.open(`/article/${slug}`);
  await page.one(button, 'a follow button').says('Follow nora').press();

  page.isAt(`/article/${slug}`);
  page.one(button, 'a button to stop it').says('Unfollow nora');
  same(await follows(site, 'nora'), true, 'following of nora');
  (await nora.open(`/article/${slug}`)).none(button, 'a button to follow yourself');
});
