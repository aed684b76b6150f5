/** Comments: what readers write under an article. */

import { EventEmitter } from 'node:events';

import { Router } from 'express';
import { z } from 'zod';

import { findArticle } from './articles.js';
import { isOrphan, now } from './database.js';
import { HttpError, notFound } from './errors.js';
import { profilesOf } from './profiles.js';
import { optionalUser, requireUser } from './tokens.js';
import { parse, text } from './validation.js';

const commentFields = z.object({ body: text(5_000) });

/** Emits each new comment. The name of the event is the id of the article. */
const newComments = new EventEmitter().setMaxListeners(0);

export const comments = Router();

comments.get('/articles/:slug/comments', optionalUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  const rows = await db('comments').where({ article_id: article.id }).orderBy('id');
  response.json({ comments: await commentsJson(db, rows) });
});

comments.post('/articles/:slug/comments', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  const { body } = parse(commentFields, request.body, 'comment');
  const row = await insertComment(db, {
    body,
    article_id: article.id,
    author_id: request.user.id,
  });
  const [comment] = await commentsJson(db, [row]);
  newComments.emit(`${article.id}`, comment);
  response.status(201).json({ comment });
});

comments.get('/articles/:slug/comments/live', optionalUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  const send = (comment) => response.write(`data: ${JSON.stringify(comment)}\n\n`);
  newComments.on(`${article.id}`, send);
  response.on('close', () => newComments.off(`${article.id}`, send));
  response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.flushHeaders();
});

comments.delete('/articles/:slug/comments/:id', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const article = await findArticle(db, request.params.slug, request.user);
  const comment = await findComment(db, article, request.params.id);
  if (comment.author_id !== request.user.id) throw new HttpError(403, { comment: ['forbidden'] });
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

/** Comments as the API sends them. One query loads all authors. */
async function commentsJson(db, rows) {
  const authorIds = rows.map((row) => row.author_id);
  const authors = await profilesOf(db, authorIds);
  return rows.map(({ id, body, created_at, author_id }) => {
    return {
      id,
      body,
      createdAt: created_at,
      updatedAt: created_at,
      author: authors.get(author_id),
    };
  });
}
