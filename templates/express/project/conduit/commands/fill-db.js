/**
 * Add made-up rows to the database, many of them; what is in it stays:
 *
 *   node conduit/commands/fill-db.js article=10000 --others 100
 *
 * It reads from the database (SQLite) which tables there are and what belongs into them.
 */

import { parseArgs } from 'node:util';

import { createApp } from '../app.js';
import { isPostgres } from '../database.js';

const WORDS =
  `amber anchor apple autumn bell bird boat bread bridge candle chalk cloud coast copper corner
  distant door drift ember fable field fog forest garden glass gold grain gravel harbour hazel honey
  island ivory kettle lamp lantern leaf letter maple meadow mirror moon moss north ocean orchard paper
  pebble quiet rain river salt sand silver slow snow stone storm street summer tide timber tower train
  velvet violet water willow wind window winter wool yellow`.split(/\s+/);

const options = { others: { type: 'string', default: '100' } };
const { positionals, values } = parseArgs({ options, allowPositionals: true });
const { db, settings } = (await createApp()).locals.site;
if (isPostgres(settings.database)) throw new Error('This command fills SQLite databases only.');

const wanted = new Map(positionals.map((word) => word.split('=')));
const tables = await tablesInOrder();
const unknown = [...wanted].find(([name, rows]) => !tables.includes(name) || !/^\d+$/.test(rows));
if (unknown) {
  console.error(`Write TABLE=ROWS; the tables are: ${tables.join(', ')}`);
  process.exitCode = 2;
} else {
  for (const table of tables) {
    const added = await fill(table, Number(wanted.get(table) ?? values.others));
    console.log(`${table}: ${added} rows more`);
  }
}
await db.close();

/** The names of all tables; one that refers to others comes after them. */
async function tablesInOrder() {
  const sql =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
  const left = (await db.all(sql)).map(({ name }) => name);
  const ordered = [];
  while (left.length > 0) {
    for (const name of [...left]) {
      const targets = (await references(name)).map(({ table }) => table);
      const isReady = targets.every((target) => target === name || ordered.includes(target));
      if (isReady) ordered.push(...left.splice(left.indexOf(name), 1));
    }
  }
  return ordered;
}

function references(table) {
  return db.all('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', [table]);
}

/** Add rows to a table; gives how many were added, for pairs that are there already are left out. */
async function fill(table, count) {
  const columns = await db.all(
    'SELECT name, type, "notnull" AS needed, pk FROM pragma_table_info(?)',
    [table],
  );
  const unique = await uniqueColumns(table);
  const targets = new Map((await references(table)).map((key) => [key.from, key]));
  const made = columns.filter(({ name, needed, pk, type }) => {
    return targets.has(name) || (needed && !(pk && type === 'INTEGER'));
  });
  const makers = [];
  for (const { name, type } of made) {
    makers.push(await maker(name, type, { unique, target: targets.get(name), table, count }));
  }
  const names = made.map(({ name }) => name).join(', ');
  const sql = `INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${made.map(() => '?').join(', ')})`;
  return await db.transaction(async () => {
    let added = 0;
    for (let index = 0; index < count; index += 1) {
      added += await db.run(
        sql,
        makers.map((make) => make(index)),
      );
    }
    return added;
  });
}

/** The columns of which each value is there only once. */
async function uniqueColumns(table) {
  const indexes = await db.all('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1', [table]);
  const lists = await Promise.all(
    indexes.map(({ name }) => db.all('SELECT name FROM pragma_index_info(?)', [name])),
  );
  return lists.filter((list) => list.length === 1).map(([{ name }]) => name);
}

/** What makes the values of a column: it is given how many rows came before. */
async function maker(name, type, { unique, target, table, count }) {
  if (target) {
    const there = await db.all(`SELECT "${target.to ?? 'id'}" AS value FROM "${target.table}"`);
    return () => there[Math.floor(Math.random() * there.length)].value;
  }
  if (unique.includes(name)) {
    const rows = await db.get(`SELECT COUNT(*) AS rows FROM "${table}"`);
    return (index) => `${name}-${rows.rows + index + 1}`;
  }
  if (name.endsWith('_at')) {
    const end = Date.now();
    return (index) => new Date(end - (count - index) * 60_000).toISOString();
  }
  if (type !== 'TEXT') return () => Math.floor(Math.random() * 2);
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
