/**
 * Add random rows to the database. The rows that exist stay:
 *
 *   node conduit/commands/fill-db.js articles=10000 --others 100
 *
 * The command reads the tables and columns from the database, so it works after every step (SQLite only).
 */

import { parseArgs } from 'node:util';

import { connect } from '../database.js';
import { readSettings } from '../settings.js';

const WORDS =
  `amber anchor apple autumn bell bird boat bread bridge candle chalk cloud coast copper corner
  distant door drift ember fable field fog forest garden glass gold grain gravel harbour hazel honey
  island ivory kettle lamp lantern leaf letter maple meadow mirror moon moss north ocean orchard paper
  pebble quiet rain river salt sand silver slow snow stone storm street summer tide timber tower train
  velvet violet water willow wind window winter wool yellow`.split(/\s+/);

const { positionals, values } = parseArgs({
  options: { others: { type: 'string', default: '100' } },
  allowPositionals: true,
});
const db = connect(readSettings().database);
const counts = Object.fromEntries(positionals.map((argument) => argument.split('=')));
const tables = await tablesInOrder();
const wrong = Object.keys(counts).find(
  (name) => !tables.includes(name) || !/^\d+$/.test(counts[name]),
);
if (wrong) {
  console.error(
    `Unknown table or number in "${wrong}". Write TABLE=ROWS. Tables: ${tables.join(', ')}`,
  );
  process.exitCode = 2;
} else {
  for (const table of tables) {
    const added = await fill(table, Number(counts[table] ?? values.others));
    console.log(`${table}: added ${added} rows`);
  }
}
await db.destroy();

/** The names of all tables. A table comes after the tables that it refers to. */
async function tablesInOrder() {
  const rows = await db('sqlite_schema')
    .where({ type: 'table' })
    .whereNot('name', 'like', 'sqlite_%')
    .whereNot('name', 'like', 'knex_%')
    .orderBy('name');
  const waiting = rows.map(({ name }) => name);
  const ordered = [];
  while (waiting.length > 0) {
    for (const name of [...waiting]) {
      const targets = (await foreignKeys(name)).map((key) => key.table);
      const isReady = targets.every((target) => target === name || ordered.includes(target));
      if (isReady) ordered.push(...waiting.splice(waiting.indexOf(name), 1));
    }
  }
  return ordered;
}

async function foreignKeys(table) {
  return await db.raw('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', [table]);
}

/** Add rows to a table. Returns how many were added, because pairs that exist already are left out. */
async function fill(table, count) {
  const columns = await db.raw('SELECT * FROM pragma_table_info(?)', [table]);
  const keys = new Map((await foreignKeys(table)).map((key) => [key.from, key]));
  const unique = await uniqueColumns(table);
  const makers = {};
  for (const { name, type, notnull, pk } of columns) {
    const isId = pk && /int/i.test(type) && !keys.has(name);
    if (isId || !(notnull || keys.has(name))) continue;
    makers[name] = await maker(name, type, { unique, key: keys.get(name), table, count });
  }
  return await db.transaction(async (trx) => {
    const before = await countRows(trx, table);
    for (let index = 0; index < count; index += 1) {
      const row = Object.fromEntries(
        Object.entries(makers).map(([name, make]) => [name, make(index)]),
      );
      await trx(table).insert(row).onConflict().ignore();
    }
    return (await countRows(trx, table)) - before;
  });
}

async function countRows(trx, table) {
  const [{ rows }] = await trx(table).count({ rows: '*' });
  return Number(rows);
}

/** The columns whose values must all be different. */
async function uniqueColumns(table) {
  const indexes = await db.raw('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1', [table]);
  const names = [];
  for (const index of indexes) {
    const columns = await db.raw('SELECT name FROM pragma_index_info(?)', [index.name]);
    if (columns.length === 1) names.push(columns[0].name);
  }
  return names;
}

/** A function that returns the value of a column in a new row. It gets the number of rows before that row. */
async function maker(name, type, { unique, key, table, count }) {
  if (key) {
    const ids = await db(key.table).pluck(key.to ?? 'id');
    return () => ids[Math.floor(Math.random() * ids.length)];
  }
  if (unique.includes(name)) {
    const rows = await countRows(db, table);
    return (index) => `${name}-${rows + index + 1}`;
  }
  if (name.endsWith('_at')) {
    const end = Date.now();
    return (index) => new Date(end - (count - index) * 60_000).toISOString();
  }
  if (!/char|text/i.test(type)) return () => 0;
  return name === 'body' ? text : sentence;
}

function sentence() {
  const words = Array.from({ length: 4 + Math.floor(Math.random() * 6) }, () => {
    return WORDS[Math.floor(Math.random() * WORDS.length)];
  });
  const line = words.join(' ');
  return line[0].toUpperCase() + line.slice(1);
}

function text() {
  const paragraph = () => `${Array.from({ length: 6 }, sentence).join('. ')}.`;
  return Array.from({ length: 4 }, paragraph).join('\n\n');
}
