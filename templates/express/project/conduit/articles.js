/** Articles: publishing, reading, editing and deleting them. */

import { randomBytes } from 'node:crypto';

import { Router } from 'express';
import { z } from 'zod';

import { now } from './database.js';
import { notFound } from './errors.js';
import { line, parse, text } from './validation.js';

const articleFields = z.object({ title: line(200), description: line(500), body: text(50_000) });

export const articles = Router();

articles.get('/', async (request, response) => {
  const { db } = request.app.locals;
  response.json(await listArticles(db));
});

articles.post('/', async (request, response) => {
  const { db } = request.app.locals;
  const values = parse(articleFields, request.body, 'article');
  const article = await insertArticle(db, values);
  response.status(201).json({ article: articleJson(article) });
});

articles.get('/:slug', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  response.json({ article: articleJson(article) });
});

articles.put('/:slug', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  const values = parse(articleFields.partial(), request.body, 'article');
  await db('articles')
    .where({ id: article.id })
    .update({ ...values, updated_at: now() });
  response.json({ article: articleJson(await findArticle(db, article.slug)) });
});

articles.delete('/:slug', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  await db('articles').where({ id: article.id }).delete();
  response.status(204).end();
});

/**
 * The article with this slug. If there is none, the client gets status 404.
 *
 * @param {import('knex').Knex} db
 * @param {string} slug
 */
export async function findArticle(db, slug) {
  const article = await db('articles').where({ slug }).first();
  if (!article) throw notFound('article');
  return article;
}

/**
 * A list of articles as the API sends it, newest first. The articles in a list have no `body`.
 *
 * @param {import('knex').Knex} db
 */
export async function listArticles(db) {
  const newestFirst = [
    { column: 'created_at', order: 'desc' },
    { column: 'id', order: 'desc' },
  ];
  const rows = await db('articles').orderBy(newestFirst);
  const list = rows.map((row) => articleJson(row));
  return { articles: list.map(({ body, ...article }) => article), articlesCount: rows.length };
}

/** An article as the API sends it. */
export function articleJson(row) {
  return {
    slug: row.slug,
    title: row.title,
    description: row.description,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/**
 * Save a new article. If its slug is taken, even by an article of this moment, try a slug with another ending.
 *
 * @param {import('knex').Knex} db
 * @param {Record<string, any>} values
 */
export async function insertArticle(db, values, ending = '') {
  const slug = slugFrom(values.title) + ending;
  const created_at = values.created_at ?? now();
  const [article] = await db('articles')
    .insert({ ...values, slug, created_at, updated_at: created_at })
    .onConflict('slug')
    .ignore()
    .returning('*');
  return article ?? (await insertArticle(db, values, `-${randomBytes(4).toString('hex')}`));
}

/** The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee". */
function slugFrom(title) {
  const withoutAccents = title.normalize('NFKD').replace(/\p{Mark}/gu, '');
  const words = withoutAccents.toLowerCase().match(/[a-z0-9]+/g) ?? ['article'];
  const slug = words.join('-').slice(0, 80).replace(/-$/, '');
  return slug === 'feed' ? 'feed-article' : slug; // /api/articles/feed is another URL
}
