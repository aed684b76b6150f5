/** The sample articles of a new database. */

import { readFile, readdir } from 'node:fs/promises';

import { insertArticle } from './articles.js';

const folder = new URL('sample_articles/', import.meta.url);
const DAY = 24 * 60 * 60 * 1000;

/**
 * Add the articles in the folder sample_articles. The first file is the newest article.
 *
 * @param {import('knex').Knex} db
 */
export async function addSamples(db) {
  const files = (await readdir(folder)).sort();
  for (const [index, file] of files.entries()) {
    const text = await readFile(new URL(file, folder), 'utf8');
    const [heading, description, ...paragraphs] = text.trim().split('\n\n');
    await insertArticle(db, {
      title: heading.replace('# ', ''),
      description,
      body: paragraphs.join('\n\n'),
      created_at: new Date(Date.now() - (index + 1) * DAY).toISOString(),
    });
  }
}
