/** Tags: one row for each pair of an article and a word. */

import express from 'express';

import { marks } from '../database.js';
import { sorted, wordsSent } from './words.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS label (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    word TEXT NOT NULL,
    UNIQUE (article_id, word)
  );
  CREATE INDEX IF NOT EXISTS label_word ON label (word);
`;
const POPULAR = 'SELECT word FROM label GROUP BY word ORDER BY COUNT(*) DESC, word LIMIT 20';
const RECENT = 'SELECT word FROM label GROUP BY word ORDER BY MAX(id) DESC LIMIT 10';

export async function labels({ db, articleFields, articleAdditions, articleFilters }) {
  await db.exec(SCHEMA);

  articleFields.push({
    read: (fields) => wordsSent(fields, 'tagList'),
    async save(article, words) {
      await db.run(
        `DELETE FROM label WHERE article_id = ?${words.length ? ` AND word NOT IN ${marks(words)}` : ''}`,
        [article, ...words],
      );
      for (const word of words) {
        await db.run('INSERT INTO label (article_id, word) VALUES (?, ?) ON CONFLICT DO NOTHING', [
          article,
          word,
        ]);
      }
    },
  });

  articleAdditions.push(async (shown) => {
    const ids = shown.map(({ row }) => row.id);
    const pairs = await db.all(
      `SELECT article_id, word FROM label WHERE article_id IN ${marks(ids)}`,
      ids,
    );
    const grouped = Map.groupBy(pairs, (pair) => pair.article_id);
    for (const { row, json } of shown) {
      json.tagList = sorted((grouped.get(row.id) ?? []).map(({ word }) => word));
    }
  });

  articleFilters.push(({ tag }) =>
    tag === undefined
      ? undefined
      : { sql: 'article.id IN (SELECT article_id FROM label WHERE word = ?)', values: [tag] },
  );

  return express.Router().get('/', async (_, response) => {
    const words = [...(await db.all(POPULAR)), ...(await db.all(RECENT))].map(({ word }) => word);
    response.json({ tags: [...new Set(words)] });
  });
}
