/** Hearts: which reader likes which article. The API calls them favorites. */

import { Router } from 'express';

import { findArticle, showArticle } from '../articles.js';
import { isOrphan, marks } from '../database.js';
import { notFound } from '../errors.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS heart (
    person_id INTEGER NOT NULL REFERENCES person (id),
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    PRIMARY KEY (person_id, article_id)
  );
  CREATE INDEX IF NOT EXISTS heart_article ON heart (article_id);
`;
const GIVE = 'INSERT INTO heart (person_id, article_id) VALUES (?, ?) ON CONFLICT DO NOTHING';
const TAKE = 'DELETE FROM heart WHERE person_id = ? AND article_id = ?';
const LIKED_BY = `article.id IN (
  SELECT article_id FROM heart JOIN person ON person.id = person_id WHERE username = ?)`;

export async function hearts(site) {
  await site.db.exec(SCHEMA);
  site.articleFilters.push(
    ({ favorited }) => favorited !== undefined && { sql: LIKED_BY, values: [favorited] },
  );
  site.articleAdditions.push((shown, request) => countHearts(site, shown, request));

  return Router({ mergeParams: true })
    .use(site.directory.gate)
    .post('/', (request, response) => turn(site, GIVE, request, response))
    .delete('/', (request, response) => turn(site, TAKE, request, response));
}

async function turn(site, sql, request, response) {
  const reader = await site.directory.mustKnow(request);
  const article = await findArticle(site, request.params.slug);
  try {
    await site.db.run(sql, [reader.id, article.id]);
  } catch (problem) {
    throw isOrphan(problem) ? notFound('article') : problem;
  }
  response.json({ article: await showArticle(site, request, article) });
}

async function countHearts({ db, directory }, shown, request) {
  const reader = await directory.whoAsks(request);
  const ids = shown.map(({ row }) => row.id);
  const counts = await db.all(
    `SELECT article_id, COUNT(*) AS total, SUM(CASE WHEN person_id = ? THEN 1 ELSE 0 END) AS own
     FROM heart WHERE article_id IN ${marks(ids)} GROUP BY article_id`,
    [reader?.id ?? 0, ...ids],
  );
  const byArticle = new Map(counts.map((count) => [count.article_id, count]));
  for (const { row, json } of shown) {
    const { total = 0, own = 0 } = byArticle.get(row.id) ?? {};
    Object.assign(json, { favorited: own > 0, favoritesCount: total });
  }
}
