/** Users favorite articles, and no list sends a query for each article. */

import { test } from 'node:test';

import { expect, openSite, same } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const OFF = '.article-meta button.btn-outline-primary';
const ON = '.article-meta button.btn-primary';
const TABS = '.articles-toggle a.nav-link';

function favorite(visitor, slug) {
  return visitor.post(`/api/articles/${slug}/favorite`);
}

function unfavorite(visitor, slug) {
  return visitor.delete(`/api/articles/${slug}/favorite`);
}

/** The keys of an article that this step adds. */
function marks({ favorited, favoritesCount } = {}) {
  return [favorited, favoritesCount];
}

/** The marks of an article, for this visitor. */
async function marksOf(visitor, slug) {
  return marks(await visitor.read(slug));
}

/** The button shows this number. */
function hasCount(button, number) {
  const numbers = button.text.match(/\d+/g) ?? [];
  const isSame = numbers.length === 1 && Number(numbers[0]) === number;
  expect(isSame, button.failure(`the number ${number}`, `"${button.text}"`));
}

test('A user can favorite an article', async () => {
  const site = await openSite();
  const { slug, ...moss } = await site.publish('Moss');
  const lichen = await site.publish('Lichen');
  same(marks(moss), [false, 0], 'favorited and favoritesCount of a new article');

  const reply = (await favorite(site, slug)).is(200);

  const { article } = reply.body ?? {};
  same([article?.title, ...marks(article)], ['Moss', true, 1], 'the article in the response');
  same(await marksOf(site, slug), [true, 1], 'favorited and favoritesCount of the article');
  same(await marksOf(site, lichen.slug), [false, 0], 'the same of another article');
  const inList = (await site.list()).articles.map(marks);
  const expected = [
    [false, 0],
    [true, 1],
  ];
  same(inList, expected, 'favorited and favoritesCount from GET /api/articles');
});

test('A user can unfavorite an article', async () => {
  const site = await openSite();
  const moss = await site.publish('Moss');
  const lichen = await site.publish('Lichen');
  for (const { slug } of [moss, lichen]) (await favorite(site, slug)).is(200);

  const { article } = (await unfavorite(site, moss.slug)).is(200).body ?? {};

  same([article?.title, ...marks(article)], ['Moss', false, 0], 'the article in the response');
  same(await marksOf(site, moss.slug), [false, 0], 'favorited and favoritesCount of the article');
  same(await marksOf(site, lichen.slug), [true, 1], 'the same of another article');
});

test('Each user has their own favorites', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  const nora = await site.register('nora');

  (await favorite(nora, slug)).is(200);

  same((await nora.read(slug)).favorited, true, 'favorited for nora');
  same((await site.read(slug)).favorited, false, 'favorited for another user');
  same((await site.anonymous.read(slug)).favorited, false, 'favorited for a signed-out visitor');
  same((await site.list()).articles[0].favorited, false, 'favorited in the list of another user');
});

test('The number of favorites is the same for everyone', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');

  for (const user of [nora, oskar]) (await favorite(user, slug)).is(200);

  for (const visitor of [nora, site, site.anonymous]) {
    same((await visitor.read(slug)).favoritesCount, 2, 'favoritesCount of the article');
    same((await visitor.list()).articles[0].favoritesCount, 2, 'favoritesCount in the list');
  }
  (await unfavorite(nora, slug)).is(200);
  same(await marksOf(oskar, slug), [true, 1], 'favorited and favoritesCount for oskar');
});

test('Favoriting twice changes nothing', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  (await favorite(await site.register('nora'), slug)).is(200);

  for (let round = 0; round < 2; round += 1) (await favorite(site, slug)).is(200);
  same(await marksOf(site, slug), [true, 2], 'favorited and favoritesCount');

  for (let round = 0; round < 2; round += 1) (await unfavorite(site, slug)).is(200);
  same(await marksOf(site, slug), [false, 1], 'favorited and favoritesCount at the end');
});

test('A signed-out visitor cannot favorite', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  (await favorite(site, slug)).is(200);

  for (const request of [favorite, unfavorite]) {
    (await request(site.anonymous, slug)).isRejected(401, 'token', 'is missing');
    (await request(site.anonymous, 'no-such')).isRejected(401, 'token', 'is missing');
  }

  same(await marksOf(site, slug), [true, 1], 'favorited and favoritesCount after the errors');
});

test('Favoriting a missing article returns 404', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  (await favorite(site, slug)).is(200);
  const draft = await (await site.register('nora')).publish('Fern', { draft: true });

  for (const request of [favorite, unfavorite]) {
    (await request(site, 'no-such-article')).isRejected(404, 'article', 'not found');
    (await request(site, draft.slug)).isRejected(404, 'article', 'not found');
  }
});

test('The favorites of a user have their own list', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const slugs = [];
  for (const title of ['Moss', 'Lichen', 'Fern', 'Clover'])
    slugs.push(
      (await site.publish(title, { tagList: [title.length > 4 ? 'long' : 'short'] })).slug,
    );
  const [moss, lichen, fern, clover] = slugs;
  for (const slug of [lichen, clover, moss]) (await favorite(nora, slug)).is(200);
  (await favorite(site, fern)).is(200);

  const { articles, articlesCount } = await site.anonymous.list('?favorited=nora');

  const titles = articles.map(({ title }) => title);
  same(titles, ['Clover', 'Lichen', 'Moss'], 'the titles from GET /api/articles?favorited=nora');
  same(articlesCount, 3, 'articlesCount for favorited=nora');
  same(await site.titles('?favorited=someone'), ['Fern'], 'the titles for favorited=someone');
  const long = await site.titles('?favorited=nora&tag=long');
  same(long, ['Clover', 'Lichen'], 'the titles for favorited=nora and tag=long');
  for (const name of ['nobody', '']) {
    const found = await site.list(`?favorited=${name}`);
    same(found, { articles: [], articlesCount: 0 }, `the list for favorited=${name}`);
  }
});

test('Deleting an article deletes its favorites', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  const nora = await site.register('nora');
  for (const user of [site, nora]) (await favorite(user, slug)).is(200);

  (await site.delete(`/api/articles/${slug}`)).is(204);

  same(await nora.titles('?favorited=nora'), [], 'the titles for favorited=nora');
  const again = await site.publish('Moss');
  same(marks(again), [false, 0], 'favorited and favoritesCount of a new article');
});

test('More favorites need no more queries', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const publish = async (count) => {
    for (let number = 0; number < count; number += 1) {
      const { slug } = await nora.publish('Moss', { tagList: ['green', `tag ${number}`] });
      for (const user of [site, nora]) (await favorite(user, slug)).is(200);
    }
  };
  await publish(2);
  const urls = ['', '?tag=green', '?author=nora', '?favorited=someone'].map(
    (query) => `/api/articles${query}`,
  );
  const few = [];
  for (const url of urls) few.push((await site.queries(url)).statements.length);
  await publish(3);

  for (const [index, url] of urls.entries()) await site.needsAtMost(few[index], url);

  const found = (await site.list('?tag=green')).articles.map(marks);
  same(found, Array(5).fill([true, 2]), 'favorited and favoritesCount of all articles');
});

test('Each card has a favorite button with a count', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  await site.publish('Lichen');
  const page = await site.open('/');

  await page.card('Moss').one(OFF, 'a favorite button').click();

  page.isAt('/');
  hasCount(page.card('Moss').one(ON, 'a favorite button'), 1);
  page.card('Moss').none(OFF, 'a second favorite button');
  hasCount(page.card('Lichen').one(OFF, 'a favorite button'), 0);
  same(await marksOf(site, slug), [true, 1], 'favorited and favoritesCount of the article');
  const visitor = await site.anonymous.open('/');
  hasCount(visitor.card('Moss').one(OFF, 'a favorite button'), 1);
  await visitor.card('Moss').one(OFF, 'a favorite button').click();
  visitor.isAt('/login');
});

test('The button says Favorite or Unfavorite', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');
  const page = await site.open(`/article/${slug}`);
  const says = (button, word) => {
    const words = button.text.match(/\p{Letter}+/gu) ?? [];
    expect(words.includes(word), button.failure(`the word ${word}`, `"${button.text}"`));
  };

  says(page.one(OFF, 'a favorite button'), 'Favorite');
  await page.one(OFF, 'a favorite button').click();

  page.isAt(`/article/${slug}`);
  says(page.one(ON, 'a favorite button'), 'Unfavorite');
  await page.one(ON, 'a favorite button').click();
  says(page.one(OFF, 'a favorite button'), 'Favorite');
  same(await marksOf(site, slug), [false, 0], 'favorited and favoritesCount of the article');
});

test('A profile has a tab with the favorites', async () => {
  const site = await openSite();
  const zoe = await site.register('Zoë & Co');
  const { slug } = await site.publish('Moss');
  await zoe.publish('Fern');
  (await favorite(zoe, slug)).is(200);
  const url = `/profile/${encodeURIComponent(zoe.name)}`;
  const page = await site.open(url);
  page.lists(TABS, 'tabs', ['Articles', 'Favorited']);
  page.lists(CARD_TITLE, 'articles', ['Fern']);

  await page.one('.articles-toggle a:not(.active)', 'the other tab').click();

  page.isAt(`/profile/${zoe.name}/favorites`);
  page.lists(CARD_TITLE, 'articles', ['Moss']);
  page.lists(`${TABS}.active`, 'active tabs', ['Favorited']);
  page.one('.user-info h4', 'the name').hasText(zoe.name);
});

test('Favoriting twice at the same moment counts once', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Moss');

  for (const request of [favorite, unfavorite]) {
    const reply = await site.justBeforeSaving(
      async () => (await request(site, slug)).is(200),
      () => request(site, slug),
    );
    const expected = request === favorite ? [true, 1] : [false, 0];
    same(marks(reply.is(200).body?.article), expected, 'favorited and favoritesCount');
    same(await marksOf(site, slug), expected, 'favorited and favoritesCount of the article');
  }
});
