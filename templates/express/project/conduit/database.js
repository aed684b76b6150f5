/** The database: SQLite in a file, or PostgreSQL. Knex builds the SQL for both. */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import knex from 'knex';

/**
 * Connect to the database. Knex opens a connection when the first query needs it.
 *
 * @param {string} database the path of a file, ":memory:", or a URL that begins with postgres://
 */
export function connect(database) {
  return knex(knexOptions(database));
}

/**
 * The options of Knex for a database.
 *
 * @param {string} database
 * @returns {import('knex').Knex.Config}
 */
export function knexOptions(database) {
  if (/^postgres(ql)?:/.test(database)) return { client: 'pg', connection: database };
  if (database !== ':memory:') mkdirSync(dirname(database), { recursive: true });
  return {
    client: 'better-sqlite3',
    connection: { filename: database },
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: prepareSqlite },
  };
}

/** By default, SQLite ignores foreign keys. In WAL mode, reading and writing don't block each other. */
function prepareSqlite(connection, done) {
  connection.pragma('foreign_keys = ON');
  connection.pragma('journal_mode = WAL');
  done(null, connection);
}

/** The current time as text in ISO 8601, because SQLite has no type for times. */
export function now() {
  return new Date().toISOString();
}

/** True if the database rejected a row because a unique value exists already. */
export function isDuplicate(error) {
  return /^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/.test(error.code);
}

/** True if the database rejected a row because it refers to a row that doesn't exist. */
export function isOrphan(error) {
  return /^(23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/.test(error.code);
}

/**
 * The columns of all tables, for example `articles.title`.
 *
 * @param {import('knex').Knex} db
 * @returns {Promise<{table: string, column: string}[]>}
 */
export async function columnsOf(db) {
  if (isPostgres(db)) {
    return await db('information_schema.columns')
      .select({ table: 'table_name', column: 'column_name' })
      .whereRaw('table_schema = current_schema()');
  }
  return await db
    .select({ table: 'tables.name', column: 'columns.name' })
    .from(db.raw('sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns'))
    .where('tables.type', 'table')
    .whereNot('tables.name', 'like', 'sqlite_%');
}

/**
 * Delete all tables with their rows.
 *
 * @param {import('knex').Knex} db
 */
export async function dropTables(db) {
  const tables = new Set((await columnsOf(db)).map(({ table }) => table));
  if (!isPostgres(db)) await db.raw('PRAGMA foreign_keys = OFF');
  for (const table of tables) {
    await db.raw(isPostgres(db) ? 'DROP TABLE ?? CASCADE' : 'DROP TABLE ??', [table]);
  }
  if (!isPostgres(db)) await db.raw('PRAGMA foreign_keys = ON');
}

function isPostgres(db) {
  return db.client.config.client === 'pg';
}
