/** The sample articles of a new database, and their authors. */

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
const authors = [
  ['mara', 'Draws maps for a living, and a few towns that are on no other map.'],
  ['tomas', 'Bakes at night, repairs clocks by day, sleeps on Sundays.'],
  ['ife', 'Reads what machines print when they are unhappy.'],
];
const DAY = 24 * 60 * 60 * 1000;

/**
 * Add the articles in the folder sample_articles. The first file is the newest article.
 *
 * @param {import('knex').Knex} db
 */
export async function addSamples(db) {
  const authorIds = await addAuthors(db);
  const files = (await readdir(folder)).sort();
  for (const [index, file] of files.entries()) {
    const text = await readFile(new URL(file, folder), 'utf8');
    const [heading, description, ...paragraphs] = text.trim().split('\n\n');
    const article = await insertArticle(db, {
      title: heading.replace('# ', ''),
      description,
      body: paragraphs.join('\n\n'),
      created_at: new Date(Date.now() - (index + 1) * DAY).toISOString(),
      author_id: authorIds[index % authorIds.length],
    });
    await saveTags(db, article.id, tagsOfFile[file.slice(2, -3)]);
  }
}

/** The password_hash isn't a hash, so nobody can sign in as an author. */
async function addAuthors(db) {
  const rows = authors.map(([username, bio]) => ({
    username,
    bio,
    email: `${username}@example.org`,
    image: `/people/${username}.svg`,
    password_hash: 'none',
  }));
  const users = await db('users').insert(rows).returning('id');
  return users.map(({ id }) => id);
}
