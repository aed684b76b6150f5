/** Readers mark articles, everyone sees how many did, and no list asks the database for each article. */

import { test } from 'node:test';

import { expect, made, openSite, same } from './support.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const OFF = '.article-meta button.btn-outline-primary';
const ON = '.article-meta button.btn-primary';

/** Mark an article; what the API tells of it then. */
async function mark(visitor, slug) {
  return (await visitor.post(`/api/articles/${slug}/favorite`)).is(200).body.article;
}

async function unmark(visitor, slug) {
  return (await visitor.delete(`/api/articles/${slug}/favorite`)).is(200).body.article;
}

/** Whether the visitor has marked an article, and how many have. */
function marks(article) {
  return [article?.favorited, article?.favoritesCount];
}

/** The number that a button shows. */
function number(button) {
  return Number(button.words.replace(/\D/g, '') || -1);
}

test('An article can be marked as a favorite, and no longer', async (t) => {
  const site = await openSite(t);
  const moss = await site.publish('Moss');
  await site.publish('Lichen');
  same(marks(moss), [false, 0], 'favorited and favoritesCount of a new article');

  const marked = await mark(site, moss.slug);
  same(marks(marked), [true, 1], 'favorited and favoritesCount in the response');
  same(
    [marked.title, marked.body, marked.author?.username],
    ['Moss', 'At length.', 'someone'],
    'the article',
  );
  same(marks(await site.read(moss.slug)), [true, 1], 'favorited and favoritesCount of the article');
  same(
    (await site.list()).articles.map(marks),
    [
      [false, 0],
      [true, 1],
    ],
    'favorited and favoritesCount in the list',
  );

  same(
    marks(await unmark(site, moss.slug)),
    [false, 0],
    'favorited and favoritesCount after unfavoriting',
  );
  same(marks(await site.read(moss.slug)), [false, 0], 'favorited and favoritesCount in the end');
});

test('The count is everyones and the mark ones own', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');

  await mark(nora, slug);
  const few = await site.rows(`/api/articles/${slug}`);
  await mark(oskar, slug);

  const many = await site.rows(`/api/articles/${slug}`);
  expect(
    many <= few,
    `Expected at most ${few} rows for an article with two favorites, as with one. Found ${many}.`,
  );
  same(marks(await nora.read(slug)), [true, 2], 'the favorites for nora');
  same(marks(await site.read(slug)), [false, 2], 'the favorites for the author');
  same(
    marks(await site.anonymous.read(slug)),
    [false, 2],
    'the favorites for an anonymous visitor',
  );
  same(
    (await site.anonymous.list()).articles.map(marks),
    [[false, 2]],
    'the favorites in the list for an anonymous visitor',
  );
  await unmark(nora, slug);
  same(marks(await oskar.read(slug)), [true, 1], 'the favorites for oskar after nora unfavorited');
});

test('Marking needs an account', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');
  await mark(site, slug);

  for (const address of [`/api/articles/${slug}/favorite`, '/api/articles/no-such/favorite']) {
    (await site.anonymous.post(address)).refuses(401, 'token', 'is missing');
    (await site.anonymous.delete(address)).refuses(401, 'token', 'is missing');
    (await site.with('not.a.token').delete(address)).refuses(401, 'token', 'is invalid');
  }
  await site.get(`/api/articles/${slug}/favorite`);

  same(marks(await site.read(slug)), [true, 1], 'favorited and favoritesCount after the errors');
});

test('Marking twice is marking once', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');

  const both = await site.justBeforeSaving(
    () => mark(site, slug),
    () => mark(site, slug),
  );
  same(
    marks(both),
    [true, 1],
    'favorited and favoritesCount after two requests at the same moment',
  );
  same(marks(await mark(site, slug)), [true, 1], 'favorited and favoritesCount after a third');
  await unmark(site, slug);
  same(
    marks(await unmark(site, slug)),
    [false, 0],
    'favorited and favoritesCount after unfavoriting twice',
  );
});

test('What is not there cannot be marked', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');
  const lichen = await site.publish('Lichen');
  await mark(site, slug);

  for (const method of ['POST', 'DELETE']) {
    const answer = await site.send(method, '/api/articles/no-such/favorite');
    answer.refuses(404, 'article', 'not found');
  }
  const late = await site.justBeforeSaving(
    () => site.delete(`/api/articles/${lichen.slug}`),
    () => site.post(`/api/articles/${lichen.slug}/favorite`),
  );
  late.refuses(404, 'article', 'not found');
});

test('A list shows what somebody has marked', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const slugs = {};
  for (const [writer, title] of [
    [nora, 'Moss'],
    [oskar, 'Lichen'],
    [oskar, 'Fern'],
    [nora, 'Clover'],
  ]) {
    slugs[title] = (
      await writer.publish(title, { tagList: [title.length > 4 ? 'long' : 'short'] })
    ).slug;
  }
  for (const title of ['Clover', 'Lichen', 'Moss']) await mark(nora, slugs[title]);
  await mark(oskar, slugs.Fern);

  for (const visitor of [nora, oskar, site.anonymous]) {
    same(await visitor.titles('?favorited=nora'), ['Clover', 'Lichen', 'Moss'], "nora's favorites");
    same(await visitor.titles('?favorited=oskar'), ['Fern'], "oskar's favorites");
  }
  same((await site.list('?favorited=nora')).articlesCount, 3, "articlesCount of nora's favorites");
  same(
    await site.titles('?favorited=nora&author=nora&tag=long'),
    ['Clover'],
    'the articles with three query parameters',
  );
  same(await site.titles('?favorited=nobody'), [], 'the favorites of nobody');
});

test('Deleting an article takes its marks along', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');
  await mark(site, slug);
  await mark(await site.register('nora'), slug);

  (await site.delete(`/api/articles/${slug}`)).is(204);

  same(await site.titles('?favorited=nora'), [], "nora's favorites");
  const again = await site.publish('Moss');
  same(
    marks(await site.read(again.slug)),
    [false, 0],
    'favorited and favoritesCount of a new article',
  );
});

test('More articles are no more questions', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const grow = async (...numbers) => {
    for (const one of numbers) {
      const writer = await site.register(`writer${one}`);
      const tagList = ['green', `tag${one}`];
      const slugs = [
        (await writer.publish(`A${one}`, { tagList })).slug,
        (await nora.publish(`B${one}`)).slug,
      ];
      for (const slug of slugs) {
        for (const reader of [writer, oskar]) await mark(reader, slug);
      }
    }
  };
  const addresses = ['', '?tag=green', '?author=nora', '?favorited=oskar'].map(
    (query) => `/api/articles${query}`,
  );

  await grow(1, 2, 3);
  const few = [];
  for (const address of addresses) few.push(await oskar.questions(address));
  await grow(4, 5, 6, 7, 8, 9);
  for (const [index, address] of addresses.entries()) {
    const many = await oskar.questions(address);
    const words = `Expected at most ${few[index]} queries for a long list on ${address}, as for a short list. Found ${many}.`;
    expect(many <= few[index], words);
  }
  same(
    (await oskar.list('?tag=green')).articles.map(marks),
    Array(9).fill([true, 2]),
    'the favorites of all articles',
  );
});

test('More comments and tags are no more questions', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');
  const grow = async (...numbers) => {
    for (const one of numbers) {
      const reader = await site.register(`reader${one}`);
      await reader.comment(slug, `Remark ${one}`);
      await mark(reader, slug);
      await site.publish(`Another ${one}`, { tagList: [`tag${one}`] });
    }
  };

  await grow(1, 2, 3);
  const addresses = [`/api/articles/${slug}/comments`, `/api/articles/${slug}`, '/api/tags'];
  const few = [];
  for (const address of addresses) few.push(await site.questions(address));
  await grow(4, 5, 6, 7, 8, 9);
  for (const [index, address] of addresses.entries()) {
    const many = await site.questions(address);
    const words = `Expected at most ${few[index]} queries for more data on ${address}, as for less. Found ${many}.`;
    expect(many <= few[index], words);
  }
  const { comments } = (await site.get(addresses[0])).is(200).body;
  same(comments.at(-1).author.username, 'reader9', 'the author of the last comment');
});

test('The button tells whether an article is marked and how often', async () => {
  const { favoriteButton } = await import('../public/favorites/button.js');
  const draw = (favorited, favoritesCount) => {
    return made(
      () => favoriteButton({ favorited, favoritesCount }),
      'the result of favoriteButton',
    );
  };

  const off = (await draw(false, 0)).one('button.btn-outline-primary', 'a button');
  expect(
    /\bFavorite\b/.test(off.words),
    `Expected "Favorite" on the button. Found "${off.words}".`,
  );
  same(number(off), 0, 'the number on the button');
  const on = (await draw(true, 12)).one('button.btn-primary', 'a button');
  expect(
    /\bUnfavorite\b/.test(on.words),
    `Expected "Unfavorite" on the button. Found "${on.words}".`,
  );
  same(number(on), 12, 'the number on the button');
  (await draw(true, 12)).none('.btn-outline-primary', 'an outlined favorite button');
});

test('Pressing the button marks, on a card and on an article', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Moss');
  await site.publish('Lichen');

  const home = await site.open('/');
  await home.card('Moss').one(OFF, 'a button').press();
  home.isAt('/');
  same(number(home.card('Moss').one(ON, 'a button')), 1, 'the number on the button');
  same(number(home.card('Lichen').one(OFF, 'a button')), 0, 'the number on another button');
  same(marks(await site.read(slug)), [true, 1], 'favorited and favoritesCount in the API');

  const page = await site.open(`/article/${slug}`);
  await page.one(ON, 'a button').press();
  page.isAt(`/article/${slug}`);
  same(number(page.one(OFF, 'a button')), 0, 'the number on the button');
  await page.one(OFF, 'a button').press();
  same(marks(await site.read(slug)), [true, 1], 'favorited and favoritesCount in the API');

  const stranger = await site.anonymous.open('/');
  await stranger.card('Moss').one(OFF, 'a button').press();
  stranger.isAt('/login');
});

test('A profile has a tab of favorites', async (t) => {
  const site = await openSite(t);
  const zoe = await site.register('Zoë & Co');
  await site.publish('Moss');
  const { slug } = await site.publish('Lichen');
  await zoe.publish('Fern');
  await mark(zoe, slug);

  const page = await site.open('/profile/Zo%C3%AB%20%26%20Co');
  same(page.texts(CARD_TITLE), ['Fern'], 'the titles on the profile');
  same(page.texts('.articles-toggle a.nav-link'), ['Articles', 'Favorited'], 'the tabs');
  await page.one('.articles-toggle a:not(.active)', 'the other tab').press();

  page.isAt('/profile/Zo%C3%AB%20%26%20Co/favorites');
  same(page.texts(CARD_TITLE), ['Lichen'], 'the titles among the favorites');
  page.one('.articles-toggle a.active', 'the current tab').says('Favorited');
  page.one('.user-info h4', 'the name').says('Zoë & Co');
});
