/** Comments: what readers answer to an article. */

import express from 'express';

import { findArticle, now } from './articles.js';
import { isOrphan } from './database.js';
import { notFound } from './errors.js';
import { fieldsOf } from './fields.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS comment_of_article ON comment (article_id);
`;

export async function comments(site) {
  const { db } = site;
  await db.exec(TABLES);

  const router = express.Router({ mergeParams: true });

  router.get('/', async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const rows = await db.all('SELECT * FROM comment WHERE article_id = ? ORDER BY id', [
      article.id,
    ]);
    response.json({ comments: rows.map(commentJson) });
  });

  router.post('/', async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const fields = fieldsOf(request, 'comment');
    const body = fields.text('body', { longest: 5_000 });
    fields.check();
    const comment = await insert(db, [article.id, body, now()]);
    response.status(201).json({ comment: commentJson(comment) });
  });

  router.delete('/:id', async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const comment = await findComment(db, article, request.params.id);
    await db.run('DELETE FROM comment WHERE id = ?', [comment.id]);
    response.status(204).end();
  });

  return router;
}

async function insert(db, values) {
  const sql = 'INSERT INTO comment (article_id, body, created_at) VALUES (?, ?, ?) RETURNING *';
  try {
    return await db.get(sql, values);
  } catch (error) {
    if (isOrphan(error)) throw notFound('article'); // deleted at this very moment
    throw error;
  }
}

async function findComment(db, article, id) {
  const sql = 'SELECT * FROM comment WHERE article_id = ? AND CAST(id AS TEXT) = ?';
  const comment = await db.get(sql, [article.id, id]);
  if (comment === undefined) throw notFound('comment');
  return comment;
}

function commentJson(row) {
  return { id: row.id, body: row.body, createdAt: row.created_at, updatedAt: row.created_at };
}
