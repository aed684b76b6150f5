/** Comments: what readers answer to an article. */

import express from 'express';

import { findArticle, now } from './articles.js';
import { onlyFor } from './authors.js';
import { isOrphan } from './database.js';
import { notFound } from './errors.js';
import { fieldsOf } from './fields.js';
import { profilesOf } from './profiles.js';
import { perhapsSignedIn, signedIn } from './tokens.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES account (id)
  );
  CREATE INDEX IF NOT EXISTS comment_of_article ON comment (article_id);
`;

export async function comments(site) {
  const { db } = site;
  await db.exec(TABLES);

  const router = express.Router({ mergeParams: true });

  router.get('/', perhapsSignedIn(site), async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const rows = await db.all('SELECT * FROM comment WHERE article_id = ? ORDER BY id', [
      article.id,
    ]);
    response.json({ comments: await shown(site, request, rows) });
  });

  router.post('/', signedIn(site), async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const fields = fieldsOf(request, 'comment');
    const body = fields.text('body', { longest: 5_000 });
    fields.check();
    const comment = await insert(db, [article.id, body, now(), request.user.id]);
    const [json] = await shown(site, request, [comment]);
    response.status(201).json({ comment: json });
  });

  router.delete('/:id', signedIn(site), async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const comment = await findComment(db, article, request.params.id);
    onlyFor(comment.author_id, request, 'comment');
    await db.run('DELETE FROM comment WHERE id = ?', [comment.id]);
    response.status(204).end();
  });

  return router;
}

async function insert(db, values) {
  const sql =
    'INSERT INTO comment (article_id, body, created_at, author_id) VALUES (?, ?, ?, ?) RETURNING *';
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

/** Comments as the API shows them. */
async function shown(site, request, rows) {
  const authors = await profilesOf(
    site,
    request,
    rows.map((row) => row.author_id),
  );
  return rows.map((row) => ({
    id: row.id,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.created_at,
    author: authors.get(row.author_id),
  }));
}
