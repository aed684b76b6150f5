/** Articles: publishing, reading, editing and deleting them. */

import { randomBytes } from 'node:crypto';

import { Router } from 'express';
import { z } from 'zod';

import { now } from './database.js';
import { notFound } from './errors.js';
import { saveTags, tagListField, tagsOf, withTag } from './tags.js';
import { line, parse, text } from './validation.js';

const articleFields = z.object({
  title: line(200),
  description: line(500),
  body: text(50_000),
  tagList: tagListField.optional(),
});

export const articles = Router();

articles.get('/', async (request, response) => {
  const { db } = request.app.locals;
  response.json(await listArticles(db, request.query));
});

articles.post('/', async (request, response) => {
  const { db } = request.app.locals;
  const { tagList = [], ...values } = parse(articleFields, request.body, 'article');
  const article = await db.transaction(async (trx) => {
    const row = await insertArticle(trx, values);
    await saveTags(trx, row.id, tagList);
    return row;
  });
  response.status(201).json({ article: await articleJson(db, article) });
});

articles.get('/:slug', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  response.json({ article: await articleJson(db, article) });
});

articles.put('/:slug', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  const { tagList, ...values } = parse(articleFields.partial(), request.body, 'article');
  await db.transaction(async (trx) => {
    await trx('articles')
      .where({ id: article.id })
      .update({ ...values, updated_at: now() });
    if (tagList) await saveTags(trx, article.id, tagList);
  });
  response.json({ article: await articleJson(db, await findArticle(db, article.slug)) });
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
 * @param {import('express').Request['query']} query
 */
export async function listArticles(db, query) {
  const newestFirst = [
    { column: 'created_at', order: 'desc' },
    { column: 'id', order: 'desc' },
  ];
  const search = db('articles').orderBy(newestFirst);
  if (query.tag !== undefined) search.modify(withTag, `${query.tag}`);
  const rows = await search;
  const list = await articlesJson(db, rows);
  return { articles: list.map(({ body, ...article }) => article), articlesCount: rows.length };
}

/** An article as the API sends it. */
export async function articleJson(db, row) {
  const [article] = await articlesJson(db, [row]);
  return article;
}

/** Several articles as the API sends them. One query loads the tags of all articles. */
async function articlesJson(db, rows) {
  const ids = rows.map((row) => row.id);
  const tags = await tagsOf(db, ids);
  return rows.map((row) => ({
    slug: row.slug,
    title: row.title,
    description: row.description,
    body: row.body,
    tagList: tags.get(row.id) ?? [],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
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
