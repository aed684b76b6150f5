/** Migrations change the database and keep its rows. The first change: an article can be a draft. */

import { test } from 'node:test';

import { expect, openSite, same, startSite } from './support/index.js';

const CARD_TITLE = '.article-preview a.preview-link h1';
const LABEL = '.draft-label';

/** The titles of the drafts that the API lists. */
function drafts(site) {
  return site.titles('', '/api/drafts');
}

/** Publish two articles with rows in other tables. Return their slugs. */
async function publishWithCommentsAndTags(site) {
  const slugs = [];
  for (const title of ['Bread', 'Soup']) {
    const { slug } = await site.publish(title, { tagList: ['kitchen'] });
    await site.comment(slug, 'Tastes good.');
    slugs.push(slug);
  }
  return slugs;
}

/** The articles of `publishWithCommentsAndTags` are all there, with their comments and tags. */
async function hasAllRows(site, slugs) {
  same(await site.titles(), ['Soup', 'Bread'], 'the titles from GET /api/articles');
  same(await site.titles('?tag=kitchen'), ['Soup', 'Bread'], 'the titles with the tag kitchen');
  for (const slug of slugs) {
    same((await site.read(slug)).body, 'At length.', `the body of ${slug}`);
    const { body } = (await site.get(`/api/articles/${slug}/comments`)).is(200);
    const texts = body.comments.map((comment) => comment.body);
    same(texts, ['Tastes good.'], `the comments on ${slug}`);
  }
}

/** Undo migrations until the column `draft` is missing. Return what check-db says then. */
async function downgradeToBeforeDrafts(site) {
  await site.run('knex', 'undo', 'articles.draft');
  const { output } = await site.server.run('check-db');
  expect(output.includes('articles.draft'), `Expected check-db to find no draft. Found: ${output}`);
  return output;
}

test('The migrations create all tables', async (t) => {
  const site = await startSite(t, { hasTables: false });

  await site.run('knex', 'migrate:latest');

  await site.run('check-db');
  same(await site.titles(), [], 'the titles from GET /api/articles');
});

test('The command init-db runs the migrations', async () => {
  const site = await openSite();

  await site.run('init-db');

  expect(
    (await site.anonymous.titles()).length >= 3,
    'Expected at least three sample articles. Found fewer.',
  );
  await site.run('knex', 'migrate:latest');
  await site.run('knex', 'migrate:rollback', '--all');
  const { output } = await site.server.run('check-db');
  const expected =
    'Expected a rollback to remove the table articles, because a migration created it.';
  expect(output.includes('articles.title'), `${expected} Found: ${output}`);
});

test('An article can be saved as a draft', async () => {
  const site = await openSite();

  const bread = await site.publish('Bread');
  const soup = await site.publish('Soup', { draft: true });
  const cake = await site.publish('Cake', { draft: false });

  same([bread.draft, soup.draft, cake.draft], [false, true, false], 'draft of three new articles');
  same((await site.read(soup.slug)).draft, true, `draft from GET /api/articles/${soup.slug}`);
});

test('The lists of articles contain no drafts', async () => {
  const site = await openSite();
  await site.publish('Bread', { tagList: ['kitchen'] });
  await site.publish('Soup', { tagList: ['kitchen'], draft: true });
  await site.publish('Snow', { tagList: ['winter'] });

  const { articles, articlesCount } = await site.list();

  const titles = articles.map(({ title }) => title);
  same(titles, ['Snow', 'Bread'], 'the titles from GET /api/articles');
  same(articlesCount, 2, 'articlesCount');
  const tagged = await site.list('?tag=kitchen');
  same(
    tagged.articles.map(({ title }) => title),
    ['Bread'],
    'the titles with the tag kitchen',
  );
  same(tagged.articlesCount, 1, 'articlesCount with the tag kitchen');
});

test('The list of drafts has only the drafts', async () => {
  const site = await openSite();
  await site.publish('Bread');
  await site.publish('Soup', { draft: true });
  await site.publish('Cake', { draft: true });

  const { articles, articlesCount } = await site.list('', '/api/drafts');

  same(
    articles.map(({ title }) => title),
    ['Cake', 'Soup'],
    'the titles from GET /api/drafts',
  );
  same(articlesCount, 2, 'articlesCount from GET /api/drafts');
  same([articles[0].draft, 'body' in articles[0]], [true, false], 'draft, and if there is a body');
});

test('A draft can be published later', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Soup', { draft: true });

  same((await site.edit(slug, { title: 'Good soup' })).draft, true, 'draft after another edit');

  same((await site.edit(slug, { draft: false })).draft, false, 'draft after publishing');
  same(await site.titles(), ['Good soup'], 'the titles from GET /api/articles');
  same(await drafts(site), [], 'the titles from GET /api/drafts');

  same((await site.edit(slug, { draft: true })).draft, true, 'draft of a draft again');
  same(await site.titles(), [], 'the titles from GET /api/articles');
  same(await drafts(site), ['Good soup'], 'the titles from GET /api/drafts');
});

test('The pages show which articles are drafts', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const editor = await site.open('/editor');
  const fields = { title: 'Soup', description: 'In short.', body: 'At length.', draft: true };
  editor.one('label input[type=checkbox][name=draft]', 'a checkbox with a label');

  await editor.one('form:has(textarea[name=body])', 'the form of the editor').submit(fields);

  editor.isAt('/article/soup');
  editor.one(LABEL, 'a label').hasText('Draft');
  (await site.open(`/article/${slug}`)).none(LABEL, 'a label');
  const home = await site.open('/');
  home.lists(CARD_TITLE, 'articles', ['Bread']);
  home.hasLink('nav.navbar a.nav-link', 'Drafts', '/drafts');
  (await site.open('/drafts')).lists(CARD_TITLE, 'drafts', ['Soup']);
});

test('A downgrade keeps the rows', async () => {
  const site = await openSite();
  const slugs = await publishWithCommentsAndTags(site);

  const output = await downgradeToBeforeDrafts(site);
  expect(!output.includes('articles.title'), `Expected the other columns. Found: ${output}`);

  await site.run('knex', 'migrate:latest');
  await hasAllRows(site.anonymous, slugs);
});

test('A database from step 03 is upgraded', async () => {
  const site = await openSite();
  const slugs = await publishWithCommentsAndTags(site);
  await downgradeToBeforeDrafts(site);
  await site.run('knex', 'forget'); // a database from step 03 doesn't know any migration

  await site.run('knex', 'migrate:latest');

  await site.run('check-db');
  await hasAllRows(site.anonymous, slugs);
  for (const slug of slugs)
    same((await site.anonymous.read(slug)).draft, false, `draft of ${slug}`);
});

test('A draft value that is not true or false is rejected', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Soup', { draft: true });

  for (const draft of ['yes', 1, null, []]) {
    const reply = await site.put(`/api/articles/${slug}`, { article: { title: 'Bread', draft } });
    reply.isRejected(422, 'draft');
  }

  const { title, draft } = await site.read(slug);
  same([title, draft], ['Soup', true], 'title and draft after the errors');
});

test('The tags of drafts are not popular', async () => {
  const site = await openSite();
  const tags = async () => (await site.get('/api/tags')).is(200).body.tags.toSorted();
  await site.publish('Bread', { tagList: ['kitchen', 'flour'] });
  const { slug } = await site.publish('Soup', { tagList: ['kitchen', 'leek'], draft: true });

  same(await tags(), ['flour', 'kitchen'], 'the sorted tags from GET /api/tags');

  await site.edit(slug, { draft: false });
  same(await tags(), ['flour', 'kitchen', 'leek'], 'the sorted tags after publishing');
});
