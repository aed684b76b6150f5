/** Readers have a feed of those whom they follow, and every list goes on over pages. */

import { test } from 'node:test';

import { expect, openSite, same } from './support.js';

const CARD_TITLE = '.article-preview a.preview-link h1';

/** Publish articles with the numbers from one to another; they are called Number 1 and so on. */
async function publish(writer, from, to, fields = () => ({})) {
  for (let number = from; number <= to; number += 1)
    await writer.publish(`Number ${number}`, fields(number));
}

/** The titles Number 9, Number 8, and so on. */
function numbers(from, to) {
  return Array.from({ length: from - to + 1 }, (_, index) => `Number ${from - index}`);
}

async function follow(visitor, name) {
  (await visitor.post(`/api/profiles/${encodeURIComponent(name)}/follow`)).is(200);
}

/** The articles in a visitor's feed, and how many it says there are. */
async function feed(visitor, query = '') {
  const { articles = [], articlesCount } = (await visitor.get(`/api/articles/feed${query}`)).is(
    200,
  ).body;
  return [articles.map((article) => article.title), articlesCount];
}

/** The links to the pages of a list: what they say, and where they lead. */
function links(page) {
  const found = page.some('.pagination .page-item a.page-link', 'links to the pages of the list');
  return found.map((link) => [link.words, link.attribute('href')]);
}

test('A list shows as many articles as are asked for', async (t) => {
  const site = await openSite(t);
  await publish(site, 1, 22);

  same(await site.titles(), numbers(22, 3), 'the articles without a limit');
  same(await site.titles('?limit=5'), numbers(22, 18), 'the articles with limit=5');
  same(
    await site.titles('?limit=5&offset=20'),
    numbers(2, 1),
    'the articles with limit=5 and offset=20',
  );
  same(await site.titles('?offset=3'), numbers(19, 1), 'the articles with offset=3');
  same(await site.titles('?limit=100'), numbers(22, 1), 'the articles with limit=100');
  same(await site.titles('?offset=22'), [], 'the articles after the last');
  for (const query of ['', '?limit=1', '?limit=5&offset=20', '?offset=1000']) {
    same((await site.list(query)).articlesCount, 22, `articlesCount with the query "${query}"`);
  }
});

test('Every list has a limit and an offset', async (t) => {
  const site = await openSite(t);
  const zoe = await site.register('Zoë & Co');
  await publish(zoe, 1, 5, () => ({ tagList: ['50% & more'] }));
  for (let number = 1; number <= 5; number += 1) {
    (await site.post(`/api/articles/number-${number}/favorite`)).is(200);
  }
  await site.publish('Another', { tagList: ['other'] });

  for (const [name, value] of [
    ['tag', '50% & more'],
    ['author', 'Zoë & Co'],
    ['favorited', 'someone'],
  ]) {
    const query = `?${new URLSearchParams({ [name]: value, limit: 2, offset: 1 })}`;
    const { articles, articlesCount } = await site.list(query);
    const found = [articles.map((article) => article.title), articlesCount];
    same(found, [['Number 4', 'Number 3'], 5], `articles and articlesCount of ${query}`);
  }
});

test('A limit or an offset that makes no sense is refused', async (t) => {
  const site = await openSite(t);
  await site.publish('Number 1');
  same(
    await site.titles('?limit=1&offset=0'),
    ['Number 1'],
    'the articles with limit=1 and offset=0',
  );

  for (const limit of ['0', '-1', '101', 'two', '', '1.5', '9'.repeat(30)]) {
    (await site.get(`/api/articles?limit=${limit}`)).refuses(422, 'limit');
    (await site.get(`/api/articles/feed?limit=${limit}`)).refuses(422, 'limit');
  }
  for (const offset of ['-1', 'two', '', '0x10', '9'.repeat(30)]) {
    (await site.get(`/api/articles?offset=${offset}`)).refuses(422, 'offset');
  }
});

test('Your feed shows those whom you follow', async (t) => {
  const site = await openSite(t);
  const [nora, oskar, petra] = await Promise.all(
    ['nora', 'oskar', 'petra'].map((name) => site.register(name)),
  );
  for (const writer of [nora, oskar, petra]) await writer.publish(`By ${writer.name}`);
  await site.publish('By the visitor');
  await nora.publish('Once more by nora');
  same(await feed(site), [[], 0], 'the feed of a user who follows nobody');

  await follow(site, 'nora');
  await follow(site, 'petra');
  await follow(nora, 'oskar');

  same(await feed(site), [['Once more by nora', 'By petra', 'By nora'], 3], 'the feed');
  same(await feed(nora), [['By oskar'], 1], 'the feed of nora');
  const [first] = (await site.get('/api/articles/feed')).is(200).body.articles;
  same(
    [first.author.following, first.favoritesCount, 'body' in first],
    [true, 0, false],
    'an article in the feed',
  );
  (await site.delete('/api/profiles/nora/follow')).is(200);
  same(await feed(site), [['By petra'], 1], 'the feed after unfollowing nora');
});

test('Your feed has pages too', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  await follow(site, 'nora');
  await publish(nora, 1, 22);
  await site.publish('By the visitor');

  same(await feed(site), [numbers(22, 3), 22], 'the feed without a limit');
  same(
    await feed(site, '?limit=3&offset=1'),
    [numbers(21, 19), 22],
    'the feed with limit=3 and offset=1',
  );
});

test('A feed needs an account', async (t) => {
  const site = await openSite(t);
  await site.publish('Feed');

  same(await feed(site), [[], 0], 'the feed of a user who follows nobody');
  (await site.anonymous.get('/api/articles/feed')).refuses(401, 'token', 'is missing');
  (await site.anonymous.get('/api/articles/feed?limit=two')).refuses(401, 'token', 'is missing');
  (await site.with('not.a.token').get('/api/articles/feed')).refuses(401, 'token', 'is invalid');
});

test('A longer list costs no more than a short one', async (t) => {
  const site = await openSite(t);
  const nora = await site.register('nora');
  await follow(site, 'nora');
  const addresses = ['?limit=5&tag=sand', '/feed?limit=5', '?limit=5'].map(
    (rest) => `/api/articles${rest}`,
  );
  const tagList = ['sand'];

  await publish(nora, 1, 10, () => ({ tagList }));
  const few = [];
  for (const address of addresses)
    few.push([await site.questions(address), await site.rows(address)]);
  await publish(nora, 11, 40, () => ({ tagList }));

  for (const [index, address] of addresses.entries()) {
    const many = [await site.questions(address), await site.rows(address)];
    const words = (number, what) =>
      `Expected at most ${few[index][number]} ${what} for 5 of 40 articles on ${address}, as for 5 of 10. Found ${many[number]}.`;
    expect(many[0] <= few[index][0], words(0, 'queries'));
    expect(many[1] <= few[index][1], words(1, 'rows'));
  }
});

test('The numbers of the pages leave out the middle', async () => {
  const { pageNumbers } = await import('../public/feed/pages.js');
  const wanted = {
    '1 of 1': [1],
    '1 of 3': [1, 2, 3],
    '3 of 3': [1, 2, 3],
    '1 of 9': [1, 2, 3, null, 9],
    '4 of 7': [1, 2, 3, 4, 5, 6, 7],
    '5 of 9': [1, null, 3, 4, 5, 6, 7, null, 9],
    '9 of 9': [1, null, 7, 8, 9],
    '500 of 1000': [1, null, 498, 499, 500, 501, 502, null, 1000],
  };
  for (const [words, found] of Object.entries(wanted)) {
    const [current, last] = words.split(' of ').map(Number);
    same(pageNumbers(current, last), found, `pageNumbers(${current}, ${last})`);
  }
});

test('Lists go on over pages of ten', async (t) => {
  const site = await openSite(t);
  await publish(site, 1, 10);
  (await site.open('/')).none('.pagination', 'links to other pages while there are ten articles');
  await publish(site, 11, 21);

  const page = await site.open('/');
  same(page.texts(CARD_TITLE), numbers(21, 12), 'the titles on the home page');
  const three = ['1', '2', '3'].map((number) => [number, `/?page=${number}`]);
  same(links(page), three, 'the links to the pages');
  page.one('.pagination .page-item.active', 'the current page').says('1');

  await page.one('.pagination a[href="/?page=3"]', 'a link to page 3').press();
  page.isAt('/?page=3');
  same(page.texts(CARD_TITLE), ['Number 1'], 'the titles on page 3');
  page.one('.pagination .page-item.active', 'the current page').says('3');
  (await site.open('/?page=two')).some('.error-messages li', 'an error message about the page');
});

test('Links to other pages keep the list', async (t) => {
  const site = await openSite(t);
  const zoe = await site.register('Zoë');
  await follow(site, 'Zoë');
  await publish(zoe, 1, 12, () => ({ tagList: ['left/right & 50%'] }));
  await site.publish('Another');

  for (const address of [
    '/?feed=following',
    '/tag/left%2Fright%20%26%2050%25',
    '/profile/Zo%C3%AB',
  ]) {
    const page = await site.open(address);
    same(page.texts(CARD_TITLE), numbers(12, 3), `the titles on ${address}`);
    const second = `${address}${address.includes('?') ? '&' : '?'}page=2`;
    same(links(page)[1], ['2', second], `the link to the second page of ${address}`);
    await page.one(`.pagination a[href="${second}"]`, 'a link to page 2').press();
    same(page.texts(CARD_TITLE), numbers(2, 1), `the titles on ${second}`);
  }
});

test('The tabs tell which list this is', async (t) => {
  const site = await openSite(t);
  await site.publish('By the visitor', { tagList: ['sand'] });
  const tabs = '.feed-toggle a.nav-link';
  const current = '.feed-toggle a.nav-link.active';

  const page = await site.open('/');
  same(page.texts(tabs), ['Your Feed', 'Global Feed'], 'the tabs');
  page.one(current, 'the current tab').says('Global Feed');
  await page.one('.feed-toggle a[href="/?feed=following"]', 'the tab of the feed').press();
  page.isAt('/?feed=following');
  page.one(current, 'the current tab').says('Your Feed');
  const message = page.one('.empty-feed-message', 'a message about the empty feed');
  expect(
    message.words.includes('Your feed is empty'),
    `Expected "Your feed is empty" in the message. Found "${message.words}".`,
  );
  message.one('a[href="/"]', 'a link to all articles');
  page.none('.article-preview', 'a card');
  const tag = await site.open('/tag/sand');
  same(tag.texts(tabs), ['Your Feed', 'Global Feed', '# sand'], 'the tabs of a tag');
  tag.one(current, 'the current tab').says('# sand');

  const stranger = await site.anonymous.open('/');
  same(stranger.texts(tabs), ['Global Feed'], 'the tabs for an anonymous visitor');
  stranger.none('.empty-feed-message', 'a message about the empty feed');
  (await site.anonymous.open('/?feed=following')).isAt('/login');
});
