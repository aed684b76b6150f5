/** Check that the database has all tables and columns. If not, the exit code is 1. */

import { columnsOf, connect } from '../database.js';
import { readSettings } from '../settings.js';
import { setUp } from '../setup.js';

const actual = await namesIn(readSettings().database);
const expected = await namesIn(':memory:', (db) => setUp(db, { samples: false }));
const missing = [...expected].filter((name) => !actual.has(name));
if (missing.length > 0) {
  console.log(`The database has no ${missing.join(', ')}.`);
  process.exitCode = 1;
} else {
  console.log('The database has all tables and columns.');
}

/** The names of all columns in a database, for example "articles.title". */
async function namesIn(database, prepare = async (db) => {}) {
  const db = connect(database);
  await prepare(db);
  const columns = await columnsOf(db);
  await db.destroy();
  return new Set(columns.map(({ table, column }) => `${table}.${column}`));
}
