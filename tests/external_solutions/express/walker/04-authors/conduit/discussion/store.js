/** What the database knows about remarks under articles. */

import { isOrphan } from '../database.js';
import { notFound } from '../errors.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS remark (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id)
  );
  CREATE INDEX IF NOT EXISTS remark_by_article ON remark (article_id, id);
`;

export class RemarkStore {
  constructor(db) {
    this.db = db;
  }

  prepare() {
    return this.db.exec(SCHEMA);
  }

  under(articleId) {
    return this.db.all('SELECT * FROM remark WHERE article_id = ? ORDER BY id', [articleId]);
  }

  async add(articleId, personId, body, moment) {
    try {
      return await this.db.get(
        `INSERT INTO remark (article_id, person_id, body, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?) RETURNING *`,
        [articleId, personId, body, moment, moment],
      );
    } catch (problem) {
      throw isOrphan(problem) ? notFound('article') : problem;
    }
  }

  async find(articleId, id) {
    const number = /^\d{1,9}$/.test(id) ? Number(id) : 0;
    const found = await this.db.get('SELECT * FROM remark WHERE id = ? AND article_id = ?', [
      number,
      articleId,
    ]);
    if (!found) throw notFound('comment');
    return found;
  }

  async drop(row) {
    await this.db.run('DELETE FROM remark WHERE id = ?', [row.id]);
  }
}
