/** Articles: publishing, reading, editing and deleting them. */

import { randomBytes } from 'node:crypto';

import { Router } from 'express';
import { z } from 'zod';

import { now } from './database.js';
import { HttpError, notFound } from './errors.js';
import { addFavorite, favoritedBy, favoritesOf } from './favorites.js';
import { byAuthor, profilesOf } from './profiles.js';
import { saveTags, tagListField, tagsOf, withTag } from './tags.js';
import { optionalUser, requireUser } from './tokens.js';
import { line, parse, text } from './validation.js';

const articleFields = z.object({
  title: line(200),
  description: line(500),
  body: text(50_000),
  tagList: tagListField.optional(),
  draft: z.boolean('must be true or false').optional(),
});

export const articles = Router();

articles.get('/', optionalUser, async (request, response) => {
  const { db } = request.app.locals;
  response.json(await listArticles(db, request.query, request.user));
});

articles.post('/', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const { tagList = [], ...values } = parse(articleFields, request.body, 'article');
  const article = await db.transaction(async (trx) => {
    const row = await insertArticle(trx, { ...values, author_id: request.user.id });
    await saveTags(trx, row.id, tagList);
    return row;
  });
  response.status(201).json({ article: await articleJson(db, article, request.user) });
});

articles.get('/:slug', optionalUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  response.json({ article: await articleJson(db, article, request.user) });
});

articles.put('/:slug', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findOwnArticle(db, request.params.slug, request.user);
  const { tagList, ...values } = parse(articleFields.partial(), request.body, 'article');
  await db.transaction(async (trx) => {
    await trx('articles')
      .where({ id: article.id })
      .update({ ...values, updated_at: now() });
    if (tagList) await saveTags(trx, article.id, tagList);
  });
  const changed = await findArticle(db, article.slug, request.user);
  response.json({ article: await articleJson(db, changed, request.user) });
});

articles.delete('/:slug', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findOwnArticle(db, request.params.slug, request.user);
  await db('articles').where({ id: article.id }).delete();
  response.status(204).end();
});

articles.post('/:slug/favorite', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  await addFavorite(db, { user_id: request.user.id, article_id: article.id });
  response.json({ article: await articleJson(db, article, request.user) });
});

articles.delete('/:slug/favorite', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  await db('favorites').where({ user_id: request.user.id, article_id: article.id }).delete();
  response.json({ article: await articleJson(db, article, request.user) });
});

/**
 * The article with this slug. If there is none, or if it is a draft of another user, the client gets status 404.
 *
 * @param {import('knex').Knex} db
 * @param {string} slug
 * @param {{id: number} | undefined} viewer
 */
export async function findArticle(db, slug, viewer) {
  const article = await db('articles').where({ slug }).first();
  const isHidden = article?.draft && article.author_id !== viewer?.id;
  if (!article || isHidden) throw notFound('article');
  return article;
}

/** The article with this slug. If the user isn't its author, the client gets status 403. */
async function findOwnArticle(db, slug, user) {
  const article = await findArticle(db, slug, user);
  if (article.author_id !== user.id) throw new HttpError(403, { article: ['forbidden'] });
  return article;
}

/**
 * A list of articles as the API sends it, newest first. The articles in a list have no `body`.
 *
 * @param {import('knex').Knex} db
 * @param {import('express').Request['query']} query
 * @param {{id: number} | undefined} viewer
 * @param {Record<string, any>} [conditions] columns and their values
 */
export async function listArticles(db, query, viewer, conditions = { draft: false }) {
  const newestFirst = [
    { column: 'created_at', order: 'desc' },
    { column: 'id', order: 'desc' },
  ];
  const search = db('articles').where(conditions).orderBy(newestFirst);
  if (query.tag !== undefined) search.modify(withTag, `${query.tag}`);
  if (query.author !== undefined) search.modify(byAuthor, `${query.author}`);
  if (query.favorited !== undefined) search.modify(favoritedBy, `${query.favorited}`);
  const rows = await search;
  const list = await articlesJson(db, rows, viewer);
  return { articles: list.map(({ body, ...article }) => article), articlesCount: rows.length };
}

/** An article as the API sends it to this viewer. */
export async function articleJson(db, row, viewer) {
  const [article] = await articlesJson(db, [row], viewer);
  return article;
}

/** Several articles as the API sends them. The number of queries doesn't depend on their number. */
async function articlesJson(db, rows, viewer) {
  const ids = rows.map((row) => row.id);
  const tags = await tagsOf(db, ids);
  const authorIds = rows.map((row) => row.author_id);
  const authors = await profilesOf(db, authorIds, viewer);
  const favorites = await favoritesOf(db, ids, viewer);
  const none = { favorited: false, favoritesCount: 0 };
  return rows.map((row) => ({
    slug: row.slug,
    title: row.title,
    description: row.description,
    body: row.body,
    tagList: tags.get(row.id) ?? [],
    draft: Boolean(row.draft), // SQLite stores 0 and 1
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    author: authors.get(row.author_id),
    ...(favorites.get(row.id) ?? none),
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
