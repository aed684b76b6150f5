/**
 * SQLite, which comes with Node: one file, one connection, one question at a time. It works inside Node's only thread,
 * so the site serves nobody else while a query runs.
 */

import { DatabaseSync } from 'node:sqlite';

const MOST_STATEMENTS = 500;
const REASONS = { 787: 'orphan', 1555: 'duplicate', 2067: 'duplicate' };

export function connect(file) {
  const database = new DatabaseSync(file);
  // Readers and a writer do not wait for each other; whoever finds it locked tries for five seconds.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON');
  return new Connection(database);
}

class Connection {
  #database;
  #statements = new Map();
  #last = Promise.resolve();

  constructor(database) {
    this.#database = database;
  }

  all(sql, values) {
    return this.#inTurn(() => this.#all(sql, values));
  }

  run(sql, values) {
    return this.#inTurn(() => this.#run(sql, values));
  }

  exec(sql) {
    return this.#inTurn(() => this.#database.exec(sql));
  }

  transaction(work) {
    const inside = {
      all: (sql, values) => this.#all(sql, values),
      run: (sql, values) => this.#run(sql, values),
    };
    return this.#inTurn(async () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(inside);
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async columns() {
    const tables = await this.all("SELECT name FROM sqlite_schema WHERE type = 'table'", []);
    const found = {};
    for (const { name } of tables) {
      const columns = await this.all('SELECT name FROM pragma_table_info(?)', [name]);
      found[name] = columns.map((column) => column.name);
    }
    return found;
  }

  async clear() {
    const tables = Object.keys(await this.columns());
    const drops = tables
      .filter((name) => !name.startsWith('sqlite_'))
      .map((name) => `DROP TABLE "${name}";`);
    await this.exec(`PRAGMA foreign_keys = OFF; ${drops.join(' ')} PRAGMA foreign_keys = ON`);
  }

  close() {
    return this.#inTurn(() => this.#database.close());
  }

  /** There is one connection: while a transaction is under way on it, everyone else waits for its end. */
  #inTurn(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  #all(sql, values) {
    return this.#asking(() => this.#statement(sql).all(...values));
  }

  #run(sql, values) {
    return this.#asking(() => Number(this.#statement(sql).run(...values).changes));
  }

  #asking(ask) {
    try {
      return ask();
    } catch (error) {
      error.reason = REASONS[error.errcode];
      throw error;
    }
  }

  /** The question made ready, once for each text. */
  #statement(sql) {
    if (this.#statements.size > MOST_STATEMENTS) this.#statements.clear();
    if (!this.#statements.has(sql)) this.#statements.set(sql, this.#database.prepare(sql));
    return this.#statements.get(sql);
  }
}
