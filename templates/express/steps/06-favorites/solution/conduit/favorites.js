/** Favorites: the articles that readers mark, how many did, and what somebody marked. */

import express from 'express';

import { findArticle, showArticle } from './articles.js';
import { isOrphan, marks } from './database.js';
import { notFound } from './errors.js';
import { signedIn } from './tokens.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS favorite (
    account_id INTEGER NOT NULL REFERENCES account (id),
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, article_id)
  );
  CREATE INDEX IF NOT EXISTS favorites_of_article ON favorite (article_id, account_id);
`;

export async function favorites(site) {
  const { db } = site;
  await db.exec(TABLES);
  site.articleFilters.push(markedBy);
  site.articleAdditions.push((all, request) => addFavorites(db, all, request.user));

  const router = express.Router({ mergeParams: true });

  router.post('/', signedIn(site), async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    await mark(db, request.user, article);
    response.json({ article: await showArticle(site, request, article) });
  });

  router.delete('/', signedIn(site), async (request, response) => {
    const article = await findArticle(site, request.params.slug);
    const pair = [request.user.id, article.id];
    await db.run('DELETE FROM favorite WHERE account_id = ? AND article_id = ?', pair);
    response.json({ article: await showArticle(site, request, article) });
  });

  return router;
}

async function mark(db, user, article) {
  const sql = 'INSERT INTO favorite (account_id, article_id) VALUES (?, ?) ON CONFLICT DO NOTHING';
  try {
    await db.run(sql, [user.id, article.id]);
  } catch (error) {
    if (isOrphan(error)) throw notFound('article'); // deleted at this very moment
    throw error;
  }
}

/** Add to each article how many marked it, and whether who asks is among them: one question for all articles. */
async function addFavorites(db, all, user) {
  const ids = all.map(({ row }) => row.id);
  const counts = await db.all(
    `SELECT article_id, COUNT(*) AS marks, SUM(CASE WHEN account_id = ? THEN 1 ELSE 0 END) AS own
     FROM favorite WHERE article_id IN ${marks(ids)} GROUP BY article_id`,
    [user?.id ?? 0, ...ids],
  );
  const ofArticle = new Map(counts.map((count) => [count.article_id, count]));
  for (const { row, json } of all) {
    const count = ofArticle.get(row.id);
    json.favorited = count?.own > 0;
    json.favoritesCount = count?.marks ?? 0;
  }
}

function markedBy({ favorited }) {
  if (favorited === undefined) return undefined;
  const account = '(SELECT id FROM account WHERE username = ?)';
  const sql = `article.id IN (SELECT article_id FROM favorite WHERE account_id = ${account})`;
  return { sql, values: [favorited] };
}
