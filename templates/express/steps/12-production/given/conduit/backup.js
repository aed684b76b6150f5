/** Backups: all rows in a file, with a line of JSON for each row: ["articles", {"id": 1, …}]. */

import { writeFile } from 'node:fs/promises';

/**
 * Write all rows of the database to a file. All rows are from the same moment, even if the site writes now.
 *
 * @param {import('knex').Knex} db
 * @param {string} file
 */
export async function backup(db, file) {
  const isolationLevel = isPostgres(db) ? 'repeatable read' : undefined;
  await db.transaction(
    async (trx) => {
      const lines = [];
      for (const table of await tablesInOrder(trx)) {
        for (const row of await trx(table)) lines.push(`${JSON.stringify([table, row])}\n`);
      }
      await writeFile(file, lines);
    },
    { isolationLevel },
  );
}

/**
 * Delete all rows of the database. Then add the rows in a file. If the file is broken, change nothing.
 *
 * @param {import('knex').Knex} db
 * @param {string} file
 */
export async function restore(db, file) {
  throw new Error("The function restore isn't written yet.");
}

/**
 * The names of the tables. A table comes after the tables that it refers to. The tables of Knex are left out.
 *
 * @param {import('knex').Knex} db
 * @returns {Promise<string[]>}
 */
export async function tablesInOrder(db) {
  const waiting = isPostgres(db)
    ? await db('pg_tables').whereRaw('schemaname = current_schema()').pluck('tablename')
    : await db('sqlite_schema').where('type', 'table').pluck('name');
  const references = await foreignKeys(db);
  const ordered = [];
  for (let rest = waiting.filter((name) => !/^(knex|sqlite)_/.test(name)); rest.length > 0;) {
    const ready = rest.filter((name) => {
      const targets = references.filter(({ table }) => table === name).map(({ target }) => target);
      return targets.every((target) => target === name || ordered.includes(target));
    });
    if (ready.length === 0) throw new Error(`These tables refer to each other: ${rest.join(', ')}`);
    ordered.push(...ready);
    rest = rest.filter((name) => !ready.includes(name));
  }
  return ordered;
}

/**
 * Tell PostgreSQL the highest id of the restored rows, because its counter doesn't see them. SQLite needs no help.
 *
 * @param {import('knex').Knex} db
 * @param {string} table
 */
export async function continueIds(db, table) {
  if (!isPostgres(db) || !(await db.schema.hasColumn(table, 'id'))) return;
  await db.raw("SELECT setval(pg_get_serial_sequence(?, 'id'), max(id)) FROM ??", [table, table]);
}

async function foreignKeys(db) {
  if (isPostgres(db)) {
    return await db('pg_constraint')
      .where('contype', 'f')
      .select(db.raw('conrelid::regclass::text AS "table", confrelid::regclass::text AS target'));
  }
  return await db
    .select({ table: 'tables.name', target: 'keys.table' })
    .from(db.raw('sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys'));
}

function isPostgres(db) {
  return db.client.config.client === 'pg';
}
