/**
 * The database of a site in the tests.
 *
 * It is a SQLite file. If the variable DATABASE_URL names a PostgreSQL server, it is a new database on this server.
 */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import SqliteDatabase from 'better-sqlite3';
import knex from 'knex';
import SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import Runner from 'knex/lib/execution/runner.js';
import Transaction from 'knex/lib/execution/transaction.js';

const WRITES = /^\s*(BEGIN|INSERT|UPDATE|DELETE)/i;

/**
 * Watch the work of all databases. `query(sql, bindings, connection)` is called after each query. `write()` is called
 * before a query that writes, or before a transaction, and the query waits for it.
 */
export const watchers = new Set();

async function tell(event, ...details) {
  for (const watcher of watchers) await watcher[event]?.(...details);
}

for (const { prototype } of [SqliteClient, PostgresClient]) {
  const query = prototype._query;
  prototype._query = async function watched(connection, object) {
    // A SQLite site has one connection, so the action of a hook needs this connection: see below.
    if (this.driverName === 'pg' && WRITES.test(object.sql) && !object.sql.startsWith('BEGIN'))
      await tell('write');
    const done = await query.call(this, connection, object);
    await tell('query', object.sql, object.bindings ?? [], connection);
    return done;
  };
}

const { ensureConnection } = Runner.prototype;
Runner.prototype.ensureConnection = async function watched(...args) {
  if (watchers.size > 0 && !this.connection && !this.client.transacting) {
    const [first] = [this.builder.toSQL()].flat();
    if (WRITES.test(first?.sql ?? '')) await tell('write');
  }
  return await ensureConnection.apply(this, args);
};

const { acquireConnection } = Transaction.prototype;
Transaction.prototype.acquireConnection = async function watched(...args) {
  if (this.client.driverName !== 'pg' && !this.client.transacting) await tell('write');
  return await acquireConnection.apply(this, args);
};

/** The clients of Knex that have opened a SQLite file. */
export const clients = new Set();

const connect = SqliteClient.prototype.acquireRawConnection;
SqliteClient.prototype.acquireRawConnection = async function adapted() {
  clients.add(this);
  return adaptToTests(await connect.call(this));
};

/**
 * Make SQLite fast, because a test's database doesn't have to survive a power failure. Also let SQLite return rows in an
 * unusual order, if a query doesn't ask for an order.
 */
function adaptToTests(connection) {
  connection.pragma('synchronous = OFF');
  connection.pragma('reverse_unordered_selects = ON');
  return connection;
}

/** A file in a temporary folder. */
class SqliteFile {
  static new; // a database with all tables and no rows, since the first site created one
  #folder;
  #saved;

  static async create() {
    const file = new SqliteFile();
    file.#folder = await mkdtemp(join(tmpdir(), 'site-'));
    file.url = join(file.#folder, 'test.db');
    return file;
  }

  /** Let the site create its tables. Other sites of the same tests get copies of these tables. */
  async createTables(create) {
    if (SqliteFile.new) {
      this.#saved = SqliteFile.new;
      await this.restore();
      return;
    }
    await create();
    this.save();
    SqliteFile.new = this.#saved;
  }

  /** Remember the content. */
  save() {
    const database = new SqliteDatabase(this.url);
    this.#saved = database.serialize();
    this.#saved.fill(1, 18, 20); // a copy in memory can't use the journal mode WAL, which these two bytes stand for
    database.close();
  }

  /** Make the content as it was at the last save. */
  async restore() {
    const database = new SqliteDatabase(this.#saved);
    await database.backup(this.url, { progress: () => Number.MAX_SAFE_INTEGER });
    database.close();
  }

  /** Delete the file. */
  async delete() {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A new database on a PostgreSQL server. Other databases of the server aren't touched. */
class PostgresDatabase {
  #server;
  #name;
  #rows = new Map();
  #columns;
  #create;

  static async create(server) {
    const database = new PostgresDatabase();
    database.#server = server;
    database.#name = `test_${randomUUID().replaceAll('-', '')}`;
    const url = new URL(server);
    url.pathname = database.#name;
    database.url = url.href;
    await withClient(server, (client) => client.raw(`CREATE DATABASE ${database.#name}`));
    return database;
  }

  /** Let the site create its tables. */
  async createTables(create) {
    this.#create = create;
    await create();
    await this.save();
  }

  /** Remember all rows. */
  async save() {
    await withClient(this.url, async (client) => {
      this.#columns = await columnsOf(client);
      for (const table of Object.keys(this.#columns))
        this.#rows.set(table, await client(table).select());
    });
  }

  /** Make the rows as they were at the last save. Without rows, ids start at 1. */
  async restore() {
    await withClient(this.url, async (client) => {
      if (JSON.stringify(await columnsOf(client)) !== JSON.stringify(this.#columns))
        await this.#create();
      const names = Object.keys(this.#columns).map((name) => `"${name}"`);
      if (names.length === 0) return;
      await client.raw(`TRUNCATE ${names.join(', ')} RESTART IDENTITY CASCADE`);
      await client.transaction(async (transaction) => {
        await transaction.raw("SET LOCAL session_replication_role = 'replica'"); // rows in any order of the tables
        for (const [table, rows] of this.#rows) {
          if (rows.length === 0 || !this.#columns[table]) continue;
          await transaction(table).insert(rows);
          if (this.#columns[table].includes('id'))
            await transaction.raw(
              `SELECT setval(pg_get_serial_sequence('"${table}"', 'id'), max(id)) FROM "${table}"`,
            );
        }
      });
    });
  }

  /** Delete the database, even if the site is still connected to it. */
  async delete() {
    await withClient(this.#server, (client) =>
      client.raw(`DROP DATABASE ${this.#name} WITH (FORCE)`),
    );
  }
}

async function withClient(connection, use) {
  const client = knex({ client: 'pg', connection, pool: { min: 0, max: 1 } });
  try {
    return await use(client);
  } finally {
    await client.destroy();
  }
}

/** The names of the columns of each table, without the tables of the migrations. */
async function columnsOf(client) {
  const rows = await client('information_schema.columns')
    .where({ table_schema: 'public' })
    .whereNot('table_name', 'like', 'knex_%')
    .orderBy(['table_name', 'ordinal_position']);
  const tables = {};
  for (const { table_name: table, column_name: column } of rows)
    (tables[table] ??= []).push(column);
  return tables;
}

/** Return a database without tables. */
export function newDatabase() {
  const server = process.env.DATABASE_URL ?? '';
  return server.startsWith('postgres') ? PostgresDatabase.create(server) : SqliteFile.create();
}
