/** Readers have a feed of the authors they follow, and every list has pages of ten articles. */

import { test } from 'node:test';

import { expect, openSite, same } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const LINKS = '.pagination .page-item a.page-link';
const ACTIVE_PAGE = '.pagination .page-item.active';
const TABS = '.feed-toggle a.nav-link';
const ACTIVE_TAB = '.feed-toggle a.nav-link.active';
const FEED = '/api/articles/feed';
const MY_FEED = '/?feed=following';

/** Publish articles called Number 1, Number 2, and so on. */
async function publish(author, first, last, fields = {}) {
  for (let number = first; number <= last; number += 1)
    await author.publish(`Number ${number}`, fields);
}

/** The titles of numbered articles, newest first. */
function titles(newest, oldest) {
  return Array.from({ length: newest - oldest + 1 }, (_, index) => `Number ${newest - index}`);
}

/** Add random articles. */
async function fill(site, count) {
  const { code } = await site.server.run('fill-db', `articles=${count}`, '--others', '0');
  if (code !== 0) await publish(site, 1, count); // the command works with SQLite only
}

async function follow(visitor, name) {
  (await visitor.post(`/api/profiles/${encodeURIComponent(name)}/follow`)).is(200);
}

/** The titles of a list, and the number of all its articles. */
async function listed(visitor, query, path) {
  const { articles, articlesCount } = await visitor.list(query, path);
  return [articles.map(({ title }) => title), articlesCount];
}

test('A list has as many articles as requested', async () => {
  const site = await openSite();
  await publish(site, 1, 3);
  const two = 'the titles from GET /api/articles?limit=2';
  same(await site.titles('?limit=2'), titles(3, 2), two);
  await publish(site, 4, 22);

  same(await listed(site, ''), [titles(22, 3), 22], 'titles and articlesCount without a limit');
  const lists = {
    '?limit=5': titles(22, 18),
    '?limit=5&offset=20': titles(2, 1),
    '?offset=3': titles(19, 1),
    '?limit=100': titles(22, 1),
    '?offset=22': [],
    '?offset=1000': [],
  };
  for (const [query, expected] of Object.entries(lists)) {
    const what = `titles and articlesCount from GET /api/articles${query}`;
    same(await listed(site, query), [expected, 22], what);
  }
});

test('An invalid limit or offset is rejected', async () => {
  const site = await openSite();
  await publish(site, 1, 1);
  same(await site.titles('?limit=1&offset=0'), titles(1, 1), 'the titles with limit=1&offset=0');

  for (const limit of ['0', '-1', '101', 'two', '', '1.5'])
    (await site.get(`/api/articles?limit=${limit}`)).isRejected(422, 'limit');
  for (const offset of ['-1', 'two', '', '0x10'])
    (await site.get(`/api/articles?offset=${offset}`)).isRejected(422, 'offset');
});

test('Every list has a limit and an offset', async () => {
  const site = await openSite();
  const zoe = await site.register('Zoë & Co');
  await publish(zoe, 1, 4, { tagList: ['50% & more'] });
  for (const { slug } of (await site.list()).articles)
    (await site.post(`/api/articles/${slug}/favorite`)).is(200);
  await publish(site, 5, 5);
  await zoe.publish('Not ready', { draft: true });

  const filters = { tag: '50% & more', author: zoe.name, favorited: 'someone' };
  for (const [name, value] of Object.entries(filters)) {
    const query = `?${new URLSearchParams({ [name]: value, limit: '2', offset: '1' })}`;
    const what = `titles and articlesCount from GET /api/articles${query}`;
    same(await listed(site, query), [titles(3, 2), 4], what);
  }
  const drafts = await listed(zoe, '?limit=1&offset=1', '/api/drafts');
  same(drafts, [[], 1], 'titles and articlesCount from GET /api/drafts?limit=1&offset=1');
});

test('Your feed lists articles of followed authors', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  const oskar = await site.register('oskar');
  const petra = await site.register('petra');
  for (const author of [nora, oskar, petra, site]) await author.publish(`By ${author.name}`);
  await nora.publish('Again by nora');
  await nora.publish('Not ready', { draft: true });
  same(await listed(site, '', FEED), [[], 0], 'the feed of a user who follows nobody');

  for (const name of ['nora', 'petra']) await follow(site, name);
  await follow(nora, 'oskar');

  const expected = [['Again by nora', 'By petra', 'By nora'], 3];
  same(await listed(site, '', FEED), expected, `titles and articlesCount from GET ${FEED}`);
  same(await listed(nora, '', FEED), [['By oskar'], 1], 'the feed of nora');
  const [first] = (await site.list('', FEED)).articles;
  const { author, favoritesCount } = first;
  const found = [author.following, favoritesCount, 'body' in first];
  same(found, [true, 0, false], 'following, favoritesCount, and if there is a body');
  (await site.delete('/api/profiles/nora/follow')).is(200);
  same(await listed(site, '', FEED), [['By petra'], 1], 'the feed after unfollowing nora');
});

test('Your feed has pages', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  await follow(site, 'nora');
  await publish(nora, 1, 5);
  await site.publish('By the visitor');

  const query = '?limit=3&offset=1';
  same(await listed(site, query, FEED), [titles(4, 2), 5], `the feed from GET ${FEED}${query}`);
  (await site.get(`${FEED}?limit=0`)).isRejected(422, 'limit');
});

test('A signed-out visitor has no feed', async () => {
  const site = await openSite();
  await site.publish('Feed');
  same(await listed(site, '', FEED), [[], 0], 'the feed of a user who follows nobody');

  (await site.anonymous.get(FEED)).isRejected(401, 'token', 'is missing');
  (await site.anonymous.get(`${FEED}?limit=two`)).isRejected(401, 'token', 'is missing');
  (await site.with('a.b.c').get(FEED)).isRejected(401, 'token', 'is invalid');
});

test('More pages need no more queries', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  await follow(site, 'nora');
  await publish(nora, 1, 6, { tagList: ['sand'] });
  const urls = ['/api/articles?limit=5', '/api/articles?limit=5&tag=sand', `${FEED}?limit=5`];
  const few = [];
  for (const url of urls) few.push((await site.queries(url)).statements.length);
  await publish(nora, 7, 12, { tagList: ['sand'] });

  for (const [index, url] of urls.entries()) await site.needsAtMost(few[index], url);

  same(await listed(site, '?limit=5'), [titles(12, 8), 12], 'titles and articlesCount');
});

test('The list of articles uses an index', async () => {
  const site = await openSite();
  await publish(site, 1, 3);

  for (const url of ['/api/articles?limit=2', '/api/articles?limit=2&offset=1']) {
    const { sorted } = await site.queries(url);
    const expected = `Expected an index with the articles in the order of GET ${url}.`;
    const found = `Found a query that reads and sorts all rows of ${sorted[0]}.`;
    expect(sorted.length === 0, `${expected} ${found}`);
  }
  same(await listed(site, '?limit=2'), [titles(3, 2), 3], 'titles and articlesCount');
});

test('A page shows ten articles and links to its pages', async () => {
  const site = await openSite();
  await fill(site, 21);
  const first = await site.titles('?limit=10');
  const last = await site.titles('?limit=10&offset=20');
  const page = await site.open('/');
  page.lists(CARD_TITLE, 'articles', first);
  page.lists(LINKS, 'page links', ['1', '2', '3']);
  page.lists(ACTIVE_PAGE, 'active pages', ['1']);
  for (const number of ['1', '2', '3']) page.hasLink(LINKS, number, `/?page=${number}`);

  await page.one('.pagination a[href="/?page=3"]', 'a link to page 3').click();

  page.isAt('/?page=3');
  page.lists(CARD_TITLE, 'articles', last);
  page.lists(ACTIVE_PAGE, 'active pages', ['3']);
});

test('A list with one page has no page links', async () => {
  const site = await openSite();
  await fill(site, 10);
  (await site.open('/')).none('.pagination', 'page links');

  await fill(site, 1);

  (await site.open('/')).lists(LINKS, 'page links', ['1', '2']);
});

test('Page links keep the list', async () => {
  const site = await openSite();
  const zoe = await site.register('Zoë');
  await follow(site, 'Zoë');
  await publish(zoe, 1, 11, { tagList: ['left/right & 50%'] });
  await site.publish('Another');

  for (const url of [MY_FEED, '/tag/left%2Fright%20%26%2050%25', '/profile/Zo%C3%AB']) {
    const page = await site.open(url);
    page.lists(CARD_TITLE, 'articles', titles(11, 2));
    const second = `${url}${url.includes('?') ? '&' : '?'}page=2`;
    await page.one(`.pagination a[href="${second}"]`, 'a link to page 2').click();
    page.lists(CARD_TITLE, 'articles', titles(1, 1));
    page.lists(ACTIVE_PAGE, 'active pages', ['2']);
  }
});

test('A very long list has few page links', async () => {
  const site = await openSite();
  await fill(site, 161);

  for (const [current, expected] of Object.entries({ 1: [1, 2, 17], 8: [1, 7, 8, 9, 17] })) {
    const page = await site.open(`/?page=${current}`);
    const found = page.texts(LINKS);
    const message = page.failure(
      `links to the pages ${expected.join(', ')}, and at most 15 links`,
      found.join(', ') || 'none',
      LINKS,
    );
    expect(
      expected.every((number) => found.includes(`${number}`)),
      message,
    );
    expect(found.length <= 15, message);
    page.lists(ACTIVE_PAGE, 'active pages', [current]);
  }
});

test('The tabs show which list this is', async () => {
  const site = await openSite();
  await site.publish('By the visitor', { tagList: ['sand'] });

  for (const [url, active] of Object.entries({ '/': 'Global Feed', [MY_FEED]: 'Your Feed' })) {
    const page = await site.open(url);
    page.lists(TABS, 'tabs', ['Your Feed', 'Global Feed']);
    page.lists(ACTIVE_TAB, 'active tabs', [active]);
    page.hasLink(TABS, 'Your Feed', MY_FEED);
    page.hasLink(TABS, 'Global Feed', '/');
  }
  const tag = await site.open('/tag/sand');
  tag.lists(`${TABS}:not(.active)`, 'other tabs', ['Your Feed', 'Global Feed']);
  tag.one(ACTIVE_TAB, 'the active tab').contains('sand');
  const visitor = await site.anonymous.open('/');
  visitor.lists(TABS, 'tabs', ['Global Feed']);
  (await site.anonymous.open(MY_FEED)).isAt('/login');
});

test('An empty feed says so', async () => {
  const site = await openSite();
  const nora = await site.register('nora');
  await follow(site, 'nora');
  await site.publish('By the visitor');

  const page = await site.open(MY_FEED);

  const message = page.one('.empty-feed-message', 'a message about the empty feed');
  message.contains('Your feed is empty').one('a[href="/"]', 'a link to all articles');
  page.none('.article-preview', 'a card');
  await nora.publish('The first');
  for (const url of [MY_FEED, '/tag/nothing'])
    (await site.open(url)).none('.empty-feed-message', 'a message about the empty feed');
});

test('A huge limit or offset is rejected', async () => {
  const site = await openSite();
  await publish(site, 1, 2);
  same(await site.titles('?offset=1'), titles(1, 1), 'the titles with offset=1');

  const huge = '9'.repeat(30);
  (await site.get(`/api/articles?limit=${huge}`)).isRejected(422, 'limit');
  (await site.get(`/api/articles?offset=${huge}`)).isRejected(422, 'offset');
});
