/**
 * The database: SQLite in a file, or PostgreSQL where the setting `database` says so.
 *
 * Values never stand in the text of a question. A `?` stands in their place, and the database puts them in:
 *
 *   const article = await db.get('SELECT * FROM article WHERE slug = ?', [slug]);
 *
 * Each of these gives a promise, for the answer comes later: always `await` it.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { home } from './settings.js';

export async function openDatabase(address, { onQuery, onRows } = {}) {
  const driver = isPostgres(address) ? await import('./postgres.js') : await import('./sqlite.js');
  return new Database(await driver.connect(fileOf(address)), onQuery, onRows);
}

/** Where the database is: the path of its file, or the address as it stands. */
export function fileOf(address) {
  if (address === ':memory:' || isPostgres(address)) return address;
  const file = resolve(home, address);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

export function isPostgres(address) {
  return /^postgres(ql)?:/.test(address);
}

/** The marks for a list of values: `WHERE id IN ${marks(ids)}` becomes `WHERE id IN (?, ?, ?)`. */
export function marks(values) {
  return values.length === 0 ? '(NULL)' : `(${values.map(() => '?').join(', ')})`;
}

/** Whether the database refused a row because another one has the same value where each has its own. */
export function isDuplicate(error) {
  return error?.reason === 'duplicate';
}

/** Whether the database refused a row because the one it points to is not there. */
export function isOrphan(error) {
  return error?.reason === 'orphan';
}

class Database {
  #connection;
  #onQuery;
  #onRows;
  #transaction = new AsyncLocalStorage();

  constructor(connection, onQuery = () => {}, onRows = () => {}) {
    this.#connection = connection;
    this.#onQuery = onQuery;
    this.#onRows = onRows;
  }

  /** All rows that a question finds. */
  async all(sql, values = []) {
    await this.#onQuery(sql);
    const inside = this.#transaction.getStore() ?? this.#connection;
    const rows = await inside.all(sql, values);
    this.#onRows(rows.length);
    return rows;
  }

  /** The first row that a question finds; undefined where there is none. */
  async get(sql, values) {
    const rows = await this.all(sql, values);
    return rows[0];
  }

  /** Change something; gives the number of rows that it changed. */
  async run(sql, values = []) {
    await this.#onQuery(sql);
    const inside = this.#transaction.getStore() ?? this.#connection;
    return inside.run(sql, values);
  }

  /** Make tables and indexes. */
  exec(sql) {
    return this.#connection.exec(sql);
  }

  /** All that `work` asks of the database happens, or nothing does: where it throws, what it changed is undone. */
  async transaction(work) {
    if (this.#transaction.getStore()) return work();
    await this.#onQuery('BEGIN');
    return this.#connection.transaction((inside) => this.#transaction.run(inside, work));
  }

  /** The columns of each table, by its name. */
  columns() {
    return this.#connection.columns();
  }

  /** Remove every table and what is in it. */
  clear() {
    return this.#connection.clear();
  }

  close() {
    return this.#connection.close();
  }
}
