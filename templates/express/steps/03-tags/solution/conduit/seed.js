/** The sample articles of a new database. */

import { readFile, readdir } from 'node:fs/promises';

import { insertArticle } from './articles.js';
import { saveTags } from './tags.js';

const folder = new URL('sample_articles/', import.meta.url);
const tagsOfFile = {
  'a-bridge-that-began-with-a-kite': ['craft', 'stories'],
  'bread-is-a-conversation-with-air': ['craft', 'kitchen', 'science'],
  'how-to-read-an-error-message': ['programming'],
  'the-clock-that-found-the-ocean': ['clocks', 'maps', 'stories'],
  'the-town-that-a-map-invented': ['maps', 'paper', 'stories'],
  'why-old-books-smell-of-vanilla': ['paper', 'science'],
};
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
    const article = await insertArticle(db, {
      title: heading.replace('# ', ''),
      description,
      body: paragraphs.join('\n\n'),
      created_at: new Date(Date.now() - (index + 1) * DAY).toISOString(),
    });
    await saveTags(db, article.id, tagsOfFile[file.slice(2, -3)]);
  }
}
