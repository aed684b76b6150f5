/** Articles: publishing, reading, changing and deleting them. */

import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';

import express from 'express';

import { Refusal, notFound } from './errors.js';
import { fieldsOf } from './fields.js';
import { inventWriters } from './people/inventions.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS article (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    writer_id INTEGER NOT NULL REFERENCES person (id)
  );
`;
const LONGEST = { title: 200, description: 500, body: 50_000 };

export async function articles(site) {
  const { db } = site;
  await db.exec(TABLES);
  site.samples.push(() => addSamples(site));

  site.articleFilters.push(({ author }) =>
    author === undefined
      ? undefined
      : { sql: 'writer_id IN (SELECT id FROM person WHERE username = ?)', values: [author] },
  );
  site.articleAdditions.push(async (shown, request) => {
    const writers = await site.directory.profiles(
      request,
      shown.map(({ row }) => row.writer_id),
    );
    for (const { row, json } of shown) json.author = writers.get(row.writer_id);
  });

  const router = express.Router();
  router.use(site.directory.gate);

  router.get('/', async (request, response) => {
    response.json(await listOfArticles(site, request));
  });

  router.post('/', async (request, response) => {
    const writer = await site.directory.mustKnow(request);
    const fields = fieldsOf(request, 'article');
    const article = { ...readArticle(fields), created_at: now(), writer_id: writer.id };
    const saveOthers = readOthers(site, fields);
    fields.check();
    const { id } = await db.transaction(async () => {
      const saved = await insert(db, article);
      await saveOthers(saved.id);
      return saved;
    });
    const saved = await db.get('SELECT * FROM article WHERE id = ?', [id]);
    response.status(201).json({ article: await showArticle(site, request, saved) });
  });

  router.get('/:slug', async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    response.json({ article: await showArticle(site, request, article) });
  });

  router.put('/:slug', async (request, response) => {
    const article = await articleToChange(site, request);
    const fields = fieldsOf(request, 'article');
    const changed = readArticle(fields, article);
    const saveOthers = readOthers(site, fields);
    fields.check();
    await db.transaction(async () => {
      await db.run(
        'UPDATE article SET title = ?, description = ?, body = ?, updated_at = ? WHERE id = ?',
        [changed.title, changed.description, changed.body, now(), article.id],
      );
      await saveOthers(article.id);
    });
    const saved = await findArticle(site, article.slug);
    response.json({ article: await showArticle(site, request, saved) });
  });

  router.delete('/:slug', async (request, response) => {
    const article = await articleToChange(site, request);
    await db.run('DELETE FROM article WHERE id = ?', [article.id]);
    response.status(204).end();
  });

  return router;
}

// For other parts of the site

/** The present moment, as the database keeps it and the API tells it. */
export function now() {
  return new Date().toISOString();
}

/** The article with this slug; where there is none, the client is answered with 404. */
export async function findArticle({ db }, slug) {
  const article = await db.get('SELECT * FROM article WHERE slug = ?', [slug]);
  if (article === undefined) throw notFound('article');
  return article;
}

/** The article that the request names, for a client who wants to change or delete it: its writer and nobody else. */
export async function articleToChange(site, request) {
  const person = await site.directory.mustKnow(request);
  const article = await findArticle(site, request.params.slug);
  if (article.writer_id !== person.id) throw new Refusal(403, { article: ['forbidden'] });
  return article;
}

/**
 * The articles that the request asks for, newest first, and how many there are. Each of `site.articleFilters` is
 * given the query as texts by name, and gives back a condition: {sql, values}, or undefined where it has none.
 */
export async function listOfArticles(site, request) {
  const query = Object.fromEntries(
    Object.entries(request.query).map(([name, value]) => [name, `${value}`]),
  );
  const conditions = site.articleFilters.map((filter) => filter(query)).filter(Boolean);
  const where = ['1 = 1', ...conditions.map(({ sql }) => sql)].join(' AND ');
  const values = conditions.flatMap((condition) => condition.values);
  const rows = await site.db.all(
    `SELECT article.* FROM article WHERE ${where} ORDER BY article.created_at DESC, article.id DESC`,
    values,
  );
  const list = await allShown(site, request, rows);
  for (const article of list) delete article.body;
  return { articles: list, articlesCount: rows.length };
}

/** An article as the API shows it to who asks. */
export async function showArticle(site, request, row) {
  const [article] = await allShown(site, request, [row]);
  return article;
}

// From a row to an answer

/**
 * Articles as the API shows them. Each of `site.articleAdditions` is called once for all of them, with a list of
 * {row, json} and the request, and adds to each `json` what its part of the site knows.
 */
async function allShown(site, request, rows) {
  const all = rows.map((row) => ({ row, json: articleJson(row) }));
  for (const add of site.articleAdditions) await add(all, request);
  return all.map(({ json }) => json);
}

function articleJson(row) {
  return {
    slug: row.slug,
    title: row.title,
    description: row.description,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

// From a request to a row

/** What was sent for an article; where it is about an `old` one, what was not sent stays as it is. */
function readArticle(fields, old) {
  const read = (name, how) =>
    old && !fields.has(name) ? old[name] : fields[how](name, { longest: LONGEST[name] });
  return {
    title: read('title', 'line'),
    description: read('description', 'line'),
    body: read('body', 'text'),
  };
}

/**
 * What other parts of the site take over from the editor. Each of `site.articleFields` has two functions:
 * `read(fields)` gives a value (undefined: it was not sent), `save(id, value)` keeps it, in the same transaction.
 */
function readOthers(site, fields) {
  const taken = site.articleFields.map((field) => ({ field, value: field.read(fields) }));
  return async (id) => {
    for (const { field, value } of taken) {
      if (value !== undefined) await field.save(id, value);
    }
  };
}

/** Save a new article under a slug of its own. Whether one is free is for the database to say: it alone sees everyone. */
async function insert(db, article) {
  const slug = slugFrom(article.title);
  return (
    (await insertAs(db, slug, article)) ??
    (await insertAs(db, `${slug}-${randomBytes(4).toString('hex')}`, article))
  );
}

async function insertAs(db, slug, article) {
  const row = { slug, updated_at: article.created_at, ...article };
  const names = Object.keys(row);
  return await db.get(
    `INSERT INTO article (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
     ON CONFLICT (slug) DO NOTHING RETURNING *`,
    Object.values(row),
  );
}

/** The title in lower-case Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee". */
export function slugFrom(title) {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '');
  const words = plain.match(/[a-z0-9]+/g) ?? ['article'];
  const slug = words.join('-').slice(0, 80).replace(/-$/, '');
  return slug === 'feed' ? 'feed-article' : slug; // the address of everyone's own feed
}

// What a new database begins with

/** Add the articles of the folder sample_articles, one a day until yesterday, the first file last. */
async function addSamples({ db, directory, settings }) {
  const writers = await inventWriters(directory, settings);
  const folder = new URL('sample_articles/', import.meta.url);
  const files = (await readdir(folder)).sort();
  for (const [index, file] of files.entries()) {
    const text = await readFile(new URL(file, folder), 'utf8');
    const [heading, description, ...paragraphs] = text.trim().split('\n\n');
    const written = new Date(Date.now() - (index + 1) * 86_400_000).toISOString();
    await insert(db, {
      title: heading.replace('# ', ''),
      description,
      body: paragraphs.join('\n\n'),
      created_at: written,
      writer_id: writers[index % writers.length].id,
    });
  }
}
