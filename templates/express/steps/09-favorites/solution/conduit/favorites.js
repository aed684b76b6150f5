/** Favorites: the articles that users like, and how many users like an article. */

import { isOrphan } from './database.js';
import { notFound } from './errors.js';

/**
 * Add a favorite. If it exists already, nothing changes.
 *
 * @param {import('knex').Knex} db
 * @param {{user_id: number, article_id: number}} pair
 */
export async function addFavorite(db, pair) {
  try {
    await db('favorites').insert(pair).onConflict(['user_id', 'article_id']).ignore();
  } catch (error) {
    if (isOrphan(error)) throw notFound('article'); // deleted at this moment
    throw error;
  }
}

/**
 * The favorites of several articles, by the id of the article. One query counts all of them.
 *
 * @param {import('knex').Knex} db
 * @param {number[]} articleIds
 * @param {{id: number} | undefined} viewer
 * @returns {Promise<Map<number, {favorited: boolean, favoritesCount: number}>>}
 */
export async function favoritesOf(db, articleIds, viewer) {
  const isOwn = db.raw('max(CASE WHEN user_id = ? THEN 1 ELSE 0 END) AS own', [viewer?.id ?? 0]);
  /** @type {any[]} */
  const rows = await db('favorites')
    .whereIn('article_id', articleIds)
    .groupBy('article_id')
    .count({ count: '*' })
    .select('article_id', isOwn);
  return new Map(
    rows.map(({ article_id, count, own }) => {
      return [article_id, { favorited: own === 1, favoritesCount: Number(count) }];
    }),
  );
}

/** A condition for `modify`: only the favorites of this user. */
export function favoritedBy(search, username) {
  search.whereIn('articles.id', (favorites) => {
    favorites
      .select('article_id')
      .from('favorites')
      .join('users', 'users.id', 'user_id')
      .where({ username });
  });
}
