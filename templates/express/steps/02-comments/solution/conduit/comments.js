/** Comments: what readers write under an article. */

import { EventEmitter } from 'node:events';

import { Router } from 'express';
import { z } from 'zod';

import { findArticle } from './articles.js';
import { isOrphan, now } from './database.js';
import { notFound } from './errors.js';
import { parse, text } from './validation.js';

const commentFields = z.object({ body: text(5_000) });

/** Emits each new comment. The name of the event is the id of the article. */
const newComments = new EventEmitter().setMaxListeners(0);

export const comments = Router();

comments.get('/articles/:slug/comments', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  const rows = await db('comments').where({ article_id: article.id }).orderBy('id');
  response.json({ comments: rows.map(commentJson) });
});

comments.post('/articles/:slug/comments', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  const { body } = parse(commentFields, request.body, 'comment');
  const row = await insertComment(db, { body, article_id: article.id });
  newComments.emit(`${article.id}`, commentJson(row));
  response.status(201).json({ comment: commentJson(row) });
});

comments.get('/articles/:slug/comments/live', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  const send = (comment) => response.write(`data: ${JSON.stringify(comment)}\n\n`);
  newComments.on(`${article.id}`, send);
  response.on('close', () => newComments.off(`${article.id}`, send));
  response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.flushHeaders();
});

comments.delete('/articles/:slug/comments/:id', async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug);
  const comment = await findComment(db, article, request.params.id);
  await db('comments').where({ id: comment.id }).delete();
  response.status(204).end();
});

/** Save a comment. If the article was deleted at this moment, the database rejects the comment. */
async function insertComment(db, values) {
  try {
    const [comment] = await db('comments')
      .insert({ ...values, created_at: now() })
      .returning('*');
    return comment;
  } catch (error) {
    if (isOrphan(error)) throw notFound('article');
    throw error;
  }
}

/** The comment with this id under this article. The id comes from the URL, so it may be any text. */
async function findComment(db, article, id) {
  const isId = /^[0-9]{1,9}$/.test(id);
  const comment = isId && (await db('comments').where({ id, article_id: article.id }).first());
  if (!comment) throw notFound('comment');
  return comment;
}

function commentJson({ id, body, created_at }) {
  return { id, body, createdAt: created_at, updatedAt: created_at };
}
