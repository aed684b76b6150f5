/** Articles carry tags, and each tag leads to everything that carries it. */

import { test } from 'node:test';

import { expect, made, openSite, same } from './support.js';

const CARD_TITLE = '.article-preview a.preview-link h1';

/** The tags that the API lists. */
async function tags(site) {
  const answer = (await site.get('/api/tags')).is(200);
  expect(Array.isArray(answer.body.tags), answer.insteadOf('a list "tags" from GET /api/tags'));
  return answer.body.tags;
}

test('An article tells its tags in the order of the alphabet', async (t) => {
  const site = await openSite(t);

  const article = await site.publish('Tides', { tagList: ['sea', 'Moon', 'birds'] });

  const wanted = ['birds', 'Moon', 'sea'];
  same(article.tagList, wanted, 'tagList of a new article');
  same((await site.read(article.slug)).tagList, wanted, 'tagList of an article');
  same((await site.list()).articles[0].tagList, wanted, 'tagList of an article in a list');
  same((await site.publish('Plain')).tagList, [], 'tagList of an article without tags');
});

test('Carelessly typed tags are tidied', async (t) => {
  const site = await openSite(t);

  const { tagList } = await site.publish('Tides', {
    tagList: ['  sea ', 'sea', '', '  ', 'north   wind', 'north wind', 'Sea'],
  });

  same(tagList?.toSorted(), ['Sea', 'north wind', 'sea'], 'the tidied tags');
  same(await site.titles('?tag=north+wind'), ['Tides'], 'the articles with the tag "north wind"');
});

test('Tags that are not sent stay, and an empty list takes them off', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Tides', { tagList: ['sea', 'moon'] });
  const change = async (article) =>
    (await site.put(`/api/articles/${slug}`, { article })).is(200).body.article.tagList;

  same(await change({ body: 'More.' }), ['moon', 'sea'], 'tagList after a change of only the text');
  same(
    await change({ tagList: ['sea', 'salt'] }),
    ['salt', 'sea'],
    'tagList after a change of the tags',
  );
  same(await site.titles('?tag=moon'), [], 'the articles with a removed tag');
  same(await change({ tagList: [] }), [], 'tagList after an empty list');
  same((await site.read(slug)).tagList, [], 'tagList of the article');
});

test('What is no list of tags is refused', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Tides', { tagList: ['sea'] });
  const many = Array.from({ length: 21 }, (_, number) => `tag${number}`);

  for (const tagList of [
    null,
    'sea',
    { 0: 'sea' },
    [7],
    [null],
    ['x'.repeat(51)],
    ['.'],
    ['..'],
    many,
  ]) {
    const whole = { title: 'Forged', description: 'In short.', body: 'At length.', tagList };
    (await site.post('/api/articles', { article: whole })).refuses(422, 'tagList');
    (await site.put(`/api/articles/${slug}`, { article: { tagList } })).refuses(422, 'tagList');
  }

  same(await site.titles(), ['Tides'], 'the list of articles');
  same((await site.read(slug)).tagList, ['sea'], 'tagList after the errors');
  const fine = await site.publish('Fine', { tagList: [...many.slice(1, 20), 'x'.repeat(50)] });
  same(fine.tagList.length, 20, 'the number of tags of an article with as many as there may be');
});

test('A tag leads to its articles only', async (t) => {
  const site = await openSite(t);
  await site.publish('Tides', { tagList: ['sea'] });
  await site.publish('Dunes', { tagList: ['sand', 'seaside'] });
  await site.publish('Gulls', { tagList: ['birds', 'sea'] });

  same(await site.titles('?tag=sea'), ['Gulls', 'Tides'], 'the articles with the tag "sea"');
  same((await site.list('?tag=sea')).articlesCount, 2, 'articlesCount for the tag "sea"');
  same(await site.titles('?tag=sand'), ['Dunes'], 'the articles with the tag "sand"');
  for (const nobody of ['?tag=Sea', '?tag=mountains', "?tag=' OR '1'='1", '?tag=%25', '?tag=']) {
    same(await site.list(nobody), { articles: [], articlesCount: 0 }, `the list for ${nobody}`);
  }
  same((await site.titles()).length, 3, 'the number of articles without a question for a tag');
});

test('A tag may hold any sign', async (t) => {
  const site = await openSite(t);
  for (const tag of ['c++', 'left/right', '50% & more', 'übermut', '/x', 'a//b', '灯']) {
    const { tagList } = await site.publish(`On ${tag}`, { tagList: [tag] });
    same(tagList, [tag], 'tagList');
    same(
      await site.titles(`?tag=${encodeURIComponent(tag)}`),
      [`On ${tag}`],
      `the articles with the tag ${tag}`,
    );
  }
});

test('The tags that most articles carry come first', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('One', { tagList: ['ash', 'gone', 'zinc'] });
  await site.publish('Two', { tagList: ['brass', 'zinc'] });
  await site.publish('Three', { tagList: ['brass', 'zinc'] });

  const found = await tags(site);
  same(found.slice(0, 2), ['zinc', 'brass'], 'the tags of the most articles');
  same(found.slice(2).toSorted(), ['ash', 'gone'], 'the other tags');

  (await site.put(`/api/articles/${slug}`, { article: { tagList: ['ash'] } })).is(200);
  same(
    (await tags(site)).toSorted(),
    ['ash', 'brass', 'zinc'],
    'the tags after one was removed everywhere',
  );
  (await site.delete(`/api/articles/${slug}`)).is(204);
  same(
    (await tags(site)).toSorted(),
    ['brass', 'zinc'],
    'the tags after the only article with "ash" was deleted',
  );
});

test('A tag that was just used is among the tags', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('The first of all', { tagList: ['old'] });
  const numbers = Array.from({ length: 40 }, (_, number) => `tag${number}`);
  for (const part of [numbers.slice(0, 20), numbers.slice(20)]) {
    for (const title of ['One', 'Two']) await site.publish(title, { tagList: part });
  }
  expect(
    !(await tags(site)).includes('old'),
    'Expected at most the popular tags and the latest tags. Found all 41.',
  );

  (await site.put(`/api/articles/${slug}`, { article: { tagList: ['old', 'fresh'] } })).is(200);
  expect(
    (await tags(site)).includes('fresh'),
    'Expected the tag "fresh", which an old article just got. Found it missing.',
  );
  const ten = ['old', ...Array.from({ length: 9 }, (_, number) => `new${number}`)];
  await site.publish('The last of all', { tagList: ten });
  const found = await tags(site);
  same(
    ten.filter((tag) => !found.includes(tag)),
    [],
    'the missing tags of the ten used last',
  );
});

test('Two articles use a new tag at the same moment', async (t) => {
  const site = await openSite(t);
  const tagList = ['fog'];

  await site.justBeforeSaving(
    () => site.publish('Quick', { tagList }),
    () => site.publish('Slow', { tagList }),
  );

  same(
    (await site.titles('?tag=fog')).toSorted(),
    ['Quick', 'Slow'],
    'the articles with the new tag',
  );
  same(await tags(site), ['fog'], 'the tags');
});

test('A list of tags links each to its page', async () => {
  const { tagAddress, tagList } = await import('../public/tags/list.js');
  const signs = ['tea', 'left/right', '50% & more', '#1?', '<b>bold</b>'];
  same(
    tagAddress('50% & more/?#'),
    '/tag/50%25%20%26%20more%2F%3F%23',
    'the address of "50% & more/?#"',
  );

  const box = await made(() => tagList(signs), 'the result of tagList');

  const list = box.one('.tag-list', 'a list');
  same(list.texts('a.tag-default'), signs, 'the words of the links');
  const addresses = list.some('a.tag-default', 'links').map((link) => link.attribute('href'));
  same(addresses, signs.map(tagAddress), 'the URLs of the links');
  list.none('b', 'an element from a tag');
});

test('Cards, articles and the side of the home page show tags', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Tides', { tagList: ['salt/sea', 'moon'] });
  await site.publish('Plain');

  const page = await site.open('/');
  same(
    page.card('Tides').texts('.tag-list .tag-default'),
    ['moon', 'salt/sea'],
    'the tags on the card',
  );
  page.card('Plain').none('.tag-list', 'a list of tags on a card without any');
  same(
    page.texts('.sidebar .tag-list .tag-pill.tag-default'),
    ['moon', 'salt/sea'],
    'the tags beside the list',
  );
  page.none('.feed-toggle a[href^="/tag/"]', 'the tab of a tag, which belongs to its page');

  await page.card('Tides').one('a[href="/tag/salt%2Fsea"]', 'a link to the tag').press();
  page.isAt('/tag/salt%2Fsea');
  same(page.texts(CARD_TITLE), ['Tides'], 'the titles on the page of the tag');
  const current = page.one('.feed-toggle a.nav-link.active', 'the current tab');
  same(current.attribute('href'), '/tag/salt%2Fsea', 'the URL of the current tab');
  expect(
    current.words.includes('salt/sea'),
    `Expected "salt/sea" in the current tab. Found "${current.words}".`,
  );
  page.one('.feed-toggle a[href="/"]', 'the other tab').says('Global Feed');

  const article = await site.open(`/article/${slug}`);
  same(
    article.texts('.tag-list .tag-default'),
    ['moon', 'salt/sea'],
    'the tags on the page of the article',
  );
});

test('The editor takes tags and shows them again', async (t) => {
  const site = await openSite(t);
  const page = await site.open('/editor');
  const form = page.one('form:has(textarea[name=body])', 'the form of the editor');
  const field = form.one('input[placeholder="Enter tags"]', 'a field for tags');

  for (const tag of ['moon', 'sea', 'salt']) await field.type(tag, 'Enter');
  const pill = form
    .some('.tag-list .tag-pill', 'pills')
    .find(({ words }) => words.includes('moon'));
  await pill.one('i', 'an icon that removes the tag').press();
  await form.submit({ title: 'Tides', description: 'In short.', body: 'At length.' });

  page.isAt('/article/tides');
  same((await site.read('tides')).tagList, ['salt', 'sea'], 'tagList of the article');
  const again = await site.open('/editor/tides');
  same(
    again.texts('form .tag-list .tag-pill').map((words) => words.split(' ').at(-1)),
    ['salt', 'sea'],
    'the pills',
  );
});
