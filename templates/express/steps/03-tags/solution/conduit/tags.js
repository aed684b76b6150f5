/** Tags: words that sort articles. An article can have many tags, and a tag can belong to many articles. */

import { Router } from 'express';
import { z } from 'zod';

const MAX_TAGS = 20;
const MAX_LENGTH = 50;

/** The field `tagList`. Spaces around tags, empty tags and repeated tags are removed. */
export const tagListField = z
  .array(z.string('must be a list of texts'), 'must be a list of texts')
  .overwrite((tags) => [...new Set(tags.map(tidy).filter(Boolean))])
  .max(MAX_TAGS, `has more than ${MAX_TAGS} tags`)
  .refine((tags) => tags.every((tag) => tag.length <= MAX_LENGTH), 'has a tag that is too long')
  .refine(
    (tags) => !tags.includes('.') && !tags.includes('..'),
    'has a tag that no URL can contain',
  );

export const tags = Router();

tags.get('/', async (request, response) => {
  const { db } = request.app.locals;
  const used = () => {
    return db('tags').join('articles_tags', 'tag_id', 'tags.id').groupBy('tags.id', 'name');
  };
  const popular = await used().orderByRaw('count(*) DESC, name').limit(20).pluck('name');
  const recent = await used().orderByRaw('max(articles_tags.id) DESC').limit(10).pluck('name');
  response.json({ tags: [...new Set([...popular, ...recent])] });
});

/**
 * Replace the tags of an article. Tags that stay keep their row, so they don't count as used again.
 *
 * @param {import('knex').Knex} db
 * @param {number} articleId
 * @param {string[]} names
 */
export async function saveTags(db, articleId, names) {
  for (const name of [...names].sort()) {
    // If another request adds the same tag at this moment, the database keeps one of the two.
    await db('tags').insert({ name }).onConflict('name').ignore();
  }
  const ids = await db('tags').whereIn('name', names).pluck('id');
  await db('articles_tags').where({ article_id: articleId }).whereNotIn('tag_id', ids).delete();
  for (const id of ids) {
    const pair = { article_id: articleId, tag_id: id };
    await db('articles_tags').insert(pair).onConflict(['tag_id', 'article_id']).ignore();
  }
}

/**
 * The tags of several articles, by the id of the article.
 *
 * @param {import('knex').Knex} db
 * @param {number[]} articleIds
 * @returns {Promise<Map<number, string[]>>}
 */
export async function tagsOf(db, articleIds) {
  const rows = await db('articles_tags')
    .join('tags', 'tags.id', 'tag_id')
    .whereIn('article_id', articleIds)
    .select('article_id', 'name');
  const tags = new Map();
  for (const { article_id, name } of rows) {
    tags.set(article_id, [...(tags.get(article_id) ?? []), name]);
  }
  for (const names of tags.values()) names.sort((a, b) => a.localeCompare(b, 'en'));
  return tags;
}

/** A condition for `modify`: only articles with this tag. */
export function withTag(search, tag) {
  search.whereIn('articles.id', (links) => {
    links
      .select('article_id')
      .from('articles_tags')
      .join('tags', 'tags.id', 'tag_id')
      .where('name', tag);
  });
}

function tidy(tag) {
  return tag.trim().replace(/\s+/g, ' ');
}
