/** Tags: words that sort articles. An article has many, and a tag is on many articles. */

import express from 'express';

import { marks } from './database.js';

// The number of a link tells when the tag was used: the larger, the later.
const TABLES = `
  CREATE TABLE IF NOT EXISTS tag (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS article_tag (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    UNIQUE (article_id, tag_id)
  );
  CREATE INDEX IF NOT EXISTS articles_of_tag ON article_tag (tag_id, article_id);
`;
const MOST_TAGS = 20;
const LONGEST_TAG = 50;

export async function tags(site) {
  const { db } = site;
  await db.exec(TABLES);
  site.articleFields.push({ read: readTags, save: (id, names) => saveTags(db, id, names) });
  site.articleFilters.push(withTag);
  site.articleAdditions.push((all) => addTags(db, all));
  site.samples.push(() => addSamples(db));

  const router = express.Router();

  router.get('/', async (request, response) => {
    response.json({ tags: await popularTags(db) });
  });

  return router;
}

/** The tags that arrived with an article, tidied; undefined where none were sent. */
function readTags(fields) {
  if (!fields.has('tagList')) return undefined;
  const sent = fields.raw('tagList');
  if (!Array.isArray(sent) || sent.some((tag) => typeof tag !== 'string')) {
    fields.refuse('tagList', 'must be a list of texts');
    return [];
  }
  const tidy = sent.map((tag) => tag.trim().replace(/\s+/g, ' ')).filter(Boolean);
  const names = [...new Set(tidy)];
  if (names.length > MOST_TAGS) fields.refuse('tagList', `has more than ${MOST_TAGS} tags`);
  for (const name of names) {
    if (name.length > LONGEST_TAG) fields.refuse('tagList', 'has a tag that is too long');
    if (name === '.' || name === '..')
      fields.refuse('tagList', 'has a tag that no address can hold');
  }
  return names;
}

/** Let an article have these tags and no others. Links that are there already stay. */
async function saveTags(db, id, names) {
  const old = await db.all(
    'SELECT tag_id, name FROM article_tag JOIN tag ON tag.id = tag_id WHERE article_id = ?',
    [id],
  );
  for (const { tag_id, name } of old) {
    if (names.includes(name)) continue;
    await db.run('DELETE FROM article_tag WHERE article_id = ? AND tag_id = ?', [id, tag_id]);
  }
  for (const name of names) {
    await db.run('INSERT INTO tag (name) VALUES (?) ON CONFLICT DO NOTHING', [name]);
    const tag = await db.get('SELECT id FROM tag WHERE name = ?', [name]);
    const link = [id, tag.id];
    await db.run(
      'INSERT INTO article_tag (article_id, tag_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      link,
    );
  }
}

function withTag({ tag }) {
  if (tag === undefined) return undefined;
  const sql =
    'article.id IN (SELECT article_id FROM article_tag JOIN tag ON tag.id = tag_id WHERE name = ?)';
  return { sql, values: [tag] };
}

/** Add its tags to each article: one question for all of them. */
async function addTags(db, all) {
  const ids = all.map(({ row }) => row.id);
  const links = await db.all(
    `SELECT article_id, name FROM article_tag JOIN tag ON tag.id = tag_id WHERE article_id IN ${marks(ids)}`,
    ids,
  );
  const ofArticle = Map.groupBy(links, (link) => link.article_id);
  for (const { row, json } of all) {
    const names = (ofArticle.get(row.id) ?? []).map(({ name }) => name);
    json.tagList = names.sort((a, b) => a.localeCompare(b, 'en'));
  }
}

/** The 20 tags that most articles carry, the most first, and the 10 that were used last. */
async function popularTags(db) {
  const inUse = 'SELECT name FROM article_tag JOIN tag ON tag.id = tag_id GROUP BY tag.id, name';
  const popular = await db.all(`${inUse} ORDER BY COUNT(*) DESC, name LIMIT 20`);
  const latest = await db.all(`${inUse} ORDER BY MAX(article_tag.id) DESC LIMIT 10`);
  return [...new Set([...popular, ...latest].map(({ name }) => name))];
}

// What a new database begins with

const SAMPLE_TAGS = {
  'a-bridge-that-began-with-a-kite': ['craft', 'stories'],
  'bread-is-a-conversation-with-air': ['craft', 'kitchen', 'science'],
  'how-to-read-an-error-message': ['programming'],
  'the-clock-that-found-the-ocean': ['clocks', 'maps', 'stories'],
  'the-town-that-a-map-invented': ['maps', 'paper', 'stories'],
  'why-old-books-smell-of-vanilla': ['paper', 'science'],
};

async function addSamples(db) {
  for (const [slug, names] of Object.entries(SAMPLE_TAGS)) {
    const article = await db.get('SELECT id FROM article WHERE slug = ?', [slug]);
    if (article) await saveTags(db, article.id, names);
  }
}
