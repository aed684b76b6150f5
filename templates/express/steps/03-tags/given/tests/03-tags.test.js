/** Articles have tags, and a tag leads to its articles. */

import { test } from 'node:test';

import { expect, openSite, same } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const IN_SIDEBAR = '.sidebar .tag-list .tag-pill.tag-default';
const NEW = { title: 'Snow', description: 'It fell.', body: 'All night.' };

/** The tags that the API lists. */
async function popularTags(site) {
  const reply = (await site.get('/api/tags')).is(200);
  expect(Array.isArray(reply.body?.tags), reply.insteadOf('a list "tags"'));
  return reply.body.tags;
}

/** The URL of the list of articles with a tag. */
function listOf(tag) {
  return `?tag=${encodeURIComponent(tag)}`;
}

test('An article has its tags in alphabetical order', async () => {
  const site = await openSite();
  const tagList = ['fog', 'Harbour', 'winter'];

  const article = await site.publish('Gulls', { tagList: ['winter', 'Harbour', 'fog'] });

  same(article.tagList, tagList, 'tagList of a new article');
  same((await site.read(article.slug)).tagList, tagList, 'tagList of the article');
  same((await site.list()).articles[0].tagList, tagList, 'tagList of the article in the list');
  same((await site.publish('Plain')).tagList, [], 'tagList of an article without tags');
});

test('The tags of an article can be changed and removed', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Gulls', { tagList: ['harbour', 'winter'] });
  await site.publish('Boats', { tagList: ['harbour'] });

  const kept = await site.edit(slug, { body: 'More.' });
  same(kept.tagList, ['harbour', 'winter'], 'tagList after an edit without tagList');
  const changed = await site.edit(slug, { tagList: ['winter', 'gulls'] });
  same(changed.tagList, ['gulls', 'winter'], 'tagList after an edit with other tags');
  same((await site.read(slug)).tagList, ['gulls', 'winter'], 'tagList of the edited article');
  const removed = await site.edit(slug, { tagList: [] });
  same(removed.tagList, [], 'tagList after an edit with an empty list');
  same((await site.read('boats')).tagList, ['harbour'], 'tagList of another article');
});

test('Spaces and repeated tags are ignored', async () => {
  const site = await openSite();
  const typed = ['  winter ', 'fog', '', '  ', 'north   sea', 'north sea', 'fog', 'Fog'];

  const { tagList } = await site.publish('Gulls', { tagList: typed });

  same((tagList ?? []).toSorted(), ['Fog', 'fog', 'north sea', 'winter'], 'the sorted tagList');
});

test('A value that is not a list of tags is rejected', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Gulls', { tagList: ['fog'] });

  for (const tagList of [null, 'fog', { 0: 'fog' }, [7], [null]]) {
    (await site.post('/api/articles', { article: { ...NEW, tagList } })).isRejected(422, 'tagList');
    const edit = await site.put(`/api/articles/${slug}`, { article: { tagList } });
    edit.isRejected(422, 'tagList');
  }

  same(await site.titles(), ['Gulls'], 'the titles from GET /api/articles');
  same((await site.read(slug)).tagList, ['fog'], 'tagList after the errors');
});

test('The list of a tag has its articles, newest first', async () => {
  const site = await openSite();
  await site.publish('Gulls', { tagList: ['harbour', 'winter'] });
  await site.publish('Snow', { tagList: ['winter'] });
  await site.publish('Cranes', { tagList: ['harbours', 'Harbour'] });
  await site.publish('Nets', { tagList: ['harbour'] });

  const { articles, articlesCount } = await site.list('?tag=harbour');

  const titles = articles.map(({ title }) => title);
  same(titles, ['Nets', 'Gulls'], 'the titles from GET /api/articles?tag=harbour');
  same(articlesCount, 2, 'articlesCount of the tag harbour');
  same(articles[1].tagList, ['harbour', 'winter'], 'tagList of an article in the list of a tag');
  same(await site.titles('?tag=winter'), ['Snow', 'Gulls'], 'the titles with the tag winter');
  for (const tag of ['desert', '', '%']) {
    const found = await site.list(listOf(tag));
    same(
      found,
      { articles: [], articlesCount: 0 },
      `the list from GET /api/articles${listOf(tag)}`,
    );
  }
});

test('The list of tags has the most used tag first', async () => {
  const site = await openSite();
  await site.publish('Snow', { tagList: ['winter', 'rope'] });
  const { slug } = await site.publish('Nets', { tagList: ['rope', 'harbour'] });
  await site.publish('A knot', { tagList: ['rope', 'winter'] });

  same(await popularTags(site), ['rope', 'winter', 'harbour'], 'the tags from GET /api/tags');

  (await site.delete(`/api/articles/${slug}`)).is(204);
  const left = (await popularTags(site)).toSorted();
  same(left, ['rope', 'winter'], 'the sorted tags after the only article with a tag was deleted');
});

test('A card and an article show their tags', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Gulls', { tagList: ['winter', 'harbour'] });
  await site.publish('Snow', { tagList: ['winter'] });

  const home = await site.open('/');
  const page = await site.open(`/article/${slug}`);

  home.card('Gulls').lists('.tag-list .tag-default', 'tags', ['harbour', 'winter']);
  home.card('Snow').lists('.tag-list .tag-default', 'tags', ['winter']);
  page.lists('.article-page .tag-list .tag-default', 'tags', ['harbour', 'winter']);
  const [link] = page.some('.article-page .tag-list a.tag-default', 'a link to the tag');
  link.linksTo('/tag/harbour');
});

test('The page of a tag lists its articles', async () => {
  const site = await openSite();
  await site.publish('Gulls', { tagList: ['harbour'] });
  await site.publish('Snow', { tagList: ['winter'] });

  const page = await site.open('/');
  await page.card('Gulls').one('.tag-list a.tag-default', 'a link to the tag').click();

  page.isAt('/tag/harbour');
  page.lists(CARD_TITLE, 'articles', ['Gulls']);
  const tab = page.one('.feed-toggle a.nav-link.active', 'the tab of the tag');
  tab.contains('harbour').linksTo('/tag/harbour');
  page.hasLink('.feed-toggle a.nav-link', 'Global Feed', '/');
});

test('The sidebar links to the tags', async () => {
  const site = await openSite();
  await site.publish('Gulls', { tagList: ['harbour'] });
  await site.publish('Nets', { tagList: ['harbour', 'rope'] });

  const page = await site.open('/');

  page.lists(IN_SIDEBAR, 'tags', ['harbour', 'rope']);
  page.some(IN_SIDEBAR, 'a tag')[0].linksTo('/tag/harbour');
});

test('The editor has a field for tags', async () => {
  const site = await openSite();
  const page = await site.open('/editor');
  const field = page.one('form input[placeholder="Enter tags"]', 'a field for tags');
  const form = page.one('form:has(textarea[name=body])', 'the form of the editor');

  await field.type('sea', 'Enter');
  page.isAt('/editor');
  page.one('.tag-list .tag-pill', 'a pill with the tag').contains('sea');
  await field.type('fog', 'Enter');
  await page.some('.tag-list .tag-pill i', 'a button that removes the tag')[0].click();
  await form.submit(NEW);

  page.isAt('/article/snow');
  same((await site.read('snow')).tagList, ['fog'], 'tagList of the new article');
  const editor = await site.open('/editor/snow');
  editor.one('.tag-list .tag-pill', 'a pill with the tag').contains('fog');
});

test('Too many tags and tags that are too long are rejected', async () => {
  const site = await openSite();
  const twenty = Array.from({ length: 20 }, (_, number) => `${number}`.padStart(50, '0'));
  const { slug } = await site.publish('Gulls', { tagList: twenty });

  for (const tagList of [[...twenty, 'one more'], ['x'.repeat(51)]]) {
    (await site.post('/api/articles', { article: { ...NEW, tagList } })).isRejected(422, 'tagList');
    const edit = await site.put(`/api/articles/${slug}`, { article: { tagList } });
    edit.isRejected(422, 'tagList');
  }

  same((await site.read(slug)).tagList, twenty, 'tagList after the errors');
  const repeated = [...twenty, ...twenty];
  same((await site.edit(slug, { tagList: repeated })).tagList, twenty, 'tagList of repeated tags');
});

test('A tag can contain any character', async () => {
  const site = await openSite();
  const tags = ['東京', 'c++', 'Q&A', '50%', 'why?', '<b>bold', 'left/right', '/x', '#1', '"so"'];

  for (const tag of tags) {
    const { tagList } = await site.publish(`About ${tag}`, { tagList: [tag] });
    same(tagList, [tag], 'tagList of a new article');
    const titles = await site.titles(listOf(tag));
    same(titles, [`About ${tag}`], `the titles from GET /api/articles${listOf(tag)}`);
  }
  for (const tag of ['left/right', '<b>bold', '50%']) {
    const page = await site.open('/');
    await page.card(`About ${tag}`).one('.tag-list a.tag-default', 'a link to the tag').click();
    page.lists(CARD_TITLE, 'articles', [`About ${tag}`]);
    page.one('.feed-toggle a.nav-link.active', 'the tab of the tag').contains(tag);
  }
});

test('A tag that no URL can contain is rejected', async () => {
  const site = await openSite();
  await site.publish('Gulls', { tagList: ['...', 'sea.'] });

  for (const tag of ['.', '..', ' . ']) {
    const reply = await site.post('/api/articles', { article: { ...NEW, tagList: ['fog', tag] } });
    reply.isRejected(422, 'tagList');
  }

  same(await site.titles(), ['Gulls'], 'the titles from GET /api/articles');
});

test('Two articles can add the same new tag', async () => {
  const site = await openSite();

  const fog = await site.justBeforeSaving(
    () => site.publish('Fog', { tagList: ['november', 'grey'] }),
    () => site.publish('Rain', { tagList: ['november', 'rain'] }),
  );
  await site.justBeforeSaving(
    () => site.publish('Snow', { tagList: ['white'] }),
    () => site.edit(fog.slug, { tagList: ['november', 'rain', 'white'] }),
  );

  same((await site.titles('?tag=november')).toSorted(), ['Fog', 'Rain'], 'the titles of november');
  same((await site.titles('?tag=white')).toSorted(), ['Rain', 'Snow'], 'the titles of white');
});

test('The list of tags also has the tags used last', async () => {
  const site = await openSite();
  const old = await site.publish('Old');
  const popular = Array.from({ length: 20 }, (_, number) => `popular ${number}`);
  for (const title of ['First', 'Second', 'Third']) await site.publish(title, { tagList: popular });
  for (let number = 1; number <= 12; number += 1)
    await site.publish(`Another ${number}`, { tagList: [`rare ${number}`] });

  await site.edit(old.slug, { tagList: ['fresh', 'rare 1'] });

  const found = await popularTags(site);
  const rest = found.slice(20).toSorted();
  const last = ['fresh', 'rare 1', ...[5, 6, 7, 8, 9, 10, 11, 12].map((n) => `rare ${n}`)];
  same(found.slice(0, 20).toSorted(), popular.toSorted(), 'the first 20 tags, sorted');
  same(rest, last.toSorted(), 'the tags after the first 20, sorted');
});
