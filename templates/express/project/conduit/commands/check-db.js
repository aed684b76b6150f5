/** Say whether the database has every table and column that the code names: ends with 1 where it has not. */

import { createApp } from '../app.js';
import { openDatabase } from '../database.js';
import { readSettings } from '../settings.js';

const settings = readSettings();
const database = await openDatabase(settings.database);
const there = await database.columns();
await database.close();

const app = await createApp({ database: ':memory:' });
const wanted = await app.locals.site.db.columns();
await app.locals.site.db.close();

// A table that is not there at all is made when the site starts.
const missing = Object.entries(wanted).flatMap(([table, columns]) =>
  table in there
    ? columns.filter((name) => !there[table].includes(name)).map((name) => `${table}.${name}`)
    : [],
);
if (missing.length > 0) {
  const what = missing.length === 1 ? 'column' : 'columns';
  console.log(`The database lacks the ${what} ${missing.join(', ')}.`);
  console.error('`npm run init-db` makes it anew; what was in it is gone then.');
  process.exitCode = 1;
} else {
  console.log('The database has all that the code names.');
}
