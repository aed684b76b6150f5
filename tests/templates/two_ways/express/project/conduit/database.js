/** The database of the guest book: one file of SQLite. */

import { DatabaseSync } from 'node:sqlite';

export function openDatabase({ database, onQuery, onRows }) {
  const db = new DatabaseSync(database);
  db.exec('PRAGMA busy_timeout = 5000');
  return {
    async all(sql, ...values) {
      await onQuery?.(sql, values);
      const rows = db.prepare(sql).all(...values);
      onRows?.(rows.length);
      return rows;
    },
    async run(sql, ...values) {
      await onQuery?.(sql, values);
      return db.prepare(sql).run(...values);
    },
    close: () => db.close(),
  };
}

/** The settings of the site, without those that are given. */
export function readSettings(given = {}) {
  return { name: 'Guest book', database: process.env.DATABASE ?? 'conduit.db', ...given };
}
