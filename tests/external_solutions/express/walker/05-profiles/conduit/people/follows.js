/** Who follows whom: the fan follows the idol. */

import { marks } from '../database.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS fandom (
    fan_id INTEGER NOT NULL REFERENCES person (id),
    idol_id INTEGER NOT NULL REFERENCES person (id),
    PRIMARY KEY (fan_id, idol_id)
  );
`;

export class Follows {
  #db;

  constructor(db) {
    this.#db = db;
  }

  prepare() {
    return this.#db.exec(SCHEMA);
  }

  start(fan, idol) {
    const sql = 'INSERT INTO fandom (fan_id, idol_id) VALUES (?, ?) ON CONFLICT DO NOTHING';
    return this.#db.run(sql, [fan.id, idol.id]);
  }

  stop(fan, idol) {
    return this.#db.run('DELETE FROM fandom WHERE fan_id = ? AND idol_id = ?', [fan.id, idol.id]);
  }

  /** Which of these people the fan follows: a set of their numbers. Nobody in particular follows nobody. */
  async among(fan, ids) {
    if (!fan) return new Set();
    const sql = `SELECT idol_id FROM fandom WHERE fan_id = ? AND idol_id IN ${marks(ids)}`;
    const rows = await this.#db.all(sql, [fan.id, ...ids]);
    return new Set(rows.map((row) => row.idol_id));
  }
}
