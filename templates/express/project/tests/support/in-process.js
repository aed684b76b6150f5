/** The site in the process of the tests. */

import { AssertionError } from 'node:assert';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { format } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';

import { BrowserWindow } from './browser.js';
import { clients, newDatabase, watchers } from './databases.js';
import { Client, SECRET } from './request.js';

const PROJECT = new URL('../../', import.meta.url);
const CREATE_TABLES = ['init-db', '--empty'];
const LOCKED_MS = 2000; // how long the site waits for an action, which may wait for the site's lock
const USUAL = {
  secret: SECRET,
  passwordCost: 16, // fast
};
const CONSOLE = ['log', 'info', 'warn', 'error'];

let runs = 0;

const written = []; // what the site writes to its console as an error
const { error: writeError } = console;
console.error = (...words) => {
  written.push(...words);
  writeError.apply(console, words);
};

/** The site, with a new database. */
export class Site {
  #database;
  #app;
  #server;
  #client;

  static async start(settings) {
    const site = new Site();
    try {
      await site.#start(settings);
    } catch (error) {
      await site.stop();
      throw error;
    }
    return site;
  }

  async #start({ hasTables = true, ...settings }) {
    this.#database = await newDatabase();
    // Imported here and not at the top, so that each test reports an error in the site's code by its own name.
    const { createApp } = await import('../../conduit/app.js');
    this.#app = await createApp({ ...USUAL, database: this.#database.url, ...settings });
    if (hasTables) await this.#database.createTables(() => this.#createTables());
    this.#server = this.#app.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#server.keepAliveTimeout = 0; // a slow test finds its connection open
    this.#client = new Client(this.port);
  }

  async #createTables() {
    const { code, output } = await this.run(...CREATE_TABLES);
    if (code === 0) return;
    const message = `Expected the command ${CREATE_TABLES.join(' ')} to succeed. Found this output: ${output}`;
    throw new AssertionError({ message });
  }

  /** The port at which the site listens. */
  get port() {
    return this.#server.address().port;
  }

  /** Send a request. Cookies aren't kept, and redirects aren't followed. */
  async request(method, url, headers, body) {
    return await this.#client.send(method, url, headers, body);
  }

  /** Send a GET request, and return the response before it ends. Its `body` is a stream. */
  openStream(url, headers) {
    return this.#client.open(url, headers);
  }

  /** The last error that the site wrote to its console, as a line of text. */
  lastError() {
    const error = written.findLast((word) => word instanceof Error);
    written.length = 0;
    if (!error) return '';
    const place = /[^/\\(]*[/\\](conduit[/\\][^:()]+:\d+)/.exec(error.stack ?? '')?.[1];
    return `The console of the site says: ${error.name}: ${error.message}${place ? ` (${place})` : ''}`;
  }

  /** Run a command that the site has for the terminal: `init-db`, or `knex migrate:latest`. */
  async run(name, ...args) {
    runs += 1;
    const { argv, exit } = process;
    const variables = {
      CONDUIT_DATABASE: this.#database.url,
      CONDUIT_SECRET: SECRET,
      DATABASE_URL: this.#database.url, // a command must never use another database
    };
    const before = Object.keys(variables).map((name) => [name, process.env[name]]);
    const open = new Set(clients);
    const output = [];
    let code;
    process.argv = [argv[0], name, ...args];
    process.exit = (ended = process.exitCode) => {
      throw new Exit(Number(ended ?? 0));
    };
    Object.assign(process.env, variables);
    try {
      const command = () =>
        name === 'knex'
          ? migrate(...args)
          : import(`${PROJECT}conduit/commands/${name}.js?run=${runs}`);
      await withConsole((line) => output.push(line), command);
      code = Number(process.exitCode ?? 0);
    } catch (error) {
      code = error instanceof Exit ? error.code : 1;
      if (!(error instanceof Exit)) output.push(`${error.name}: ${error.message}\n`);
    } finally {
      // A command that fails may leave its connection open, because its process would end.
      for (const client of clients.difference(open)) await client.destroy();
      Object.assign(process, { argv, exit, exitCode: undefined });
      for (const [variable, value] of before) {
        if (value === undefined) delete process.env[variable];
        else process.env[variable] = value;
      }
    }
    return { code, output: output.join('') };
  }

  /** Let `reset` return to the database as it is now. */
  async save() {
    await this.#database.save();
  }

  /** Make the database as it was after the start, or at the last `save`. */
  async reset() {
    await this.#database.restore();
  }

  /**
   * Record what the database does during a function: `statements` and their `values`, and the names of the tables that
   * SQLite reads and sorts completely for a statement, as `sorted`.
   */
  async queries(during) {
    const seen = { statements: [], values: [], sorted: [] };
    const query = (sql, values, connection) => {
      seen.statements.push(sql);
      seen.values.push(JSON.stringify(values));
      seen.sorted.push(...sortedTables(sql, values, connection));
    };
    await watching({ query }, during);
    return seen;
  }

  /** Do something once during a function, at the moment before the site writes to its database. */
  async hook(action, during) {
    let started;
    const write = async () => {
      if (started) return;
      started = (async () => await action())();
      await Promise.race([started.catch(() => {}), pause(LOCKED_MS, undefined, { ref: false })]);
    };
    const result = await watching({ write }, during);
    const message = 'Expected the site to write to its database. Found nothing written.';
    if (!started) throw new AssertionError({ message });
    await started;
    return result;
  }

  /** Open a window of a browser that shows pages of the site. */
  openWindow() {
    return new BrowserWindow((...details) => this.request(...details));
  }

  /** Read the clock of the site. */
  now() {
    return new Date();
  }

  /** Stop the site, close its connections, and delete its database. */
  async stop() {
    this.#client?.close();
    this.#server?.closeAllConnections();
    this.#server?.close();
    await this.#app?.locals.db?.destroy();
    await this.#database?.delete();
  }
}

/** The end of a command that calls process.exit. */
class Exit extends Error {
  constructor(code) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** Do what knex's command for the terminal does with the migrations. */
async function migrate(command, ...args) {
  if (!existsSync(new URL('migrations', PROJECT)))
    throw new Error('There is no folder migrations.');
  const { default: knex } = await import('knex');
  const { default: config } = await import(`${PROJECT}knexfile.js?run=${runs}`);
  const client = knex(config.client ? config : config.development);
  try {
    const work = {
      'migrate:latest': () => client.migrate.latest(),
      'migrate:rollback': () => client.migrate.rollback(undefined, args.includes('--all')),
      'migrate:up': () => client.migrate.up(),
      'migrate:down': () => client.migrate.down(),
      'migrate:list': () => client.migrate.list(),
      // knex has no commands with these names
      forget: () => forgetMigrations(client),
      undo: () => undoMigrations(client, args[0]),
    };
    console.log(JSON.stringify(await work[command]()));
  } finally {
    await client.destroy();
  }
}

/** Undo migrations until a column is missing, for example `articles.draft`. */
async function undoMigrations(client, column) {
  const [table, name] = column.split('.');
  const hasColumn = () => client.schema.hasColumn(table, name);
  if (!(await hasColumn())) throw new Error(`There is no column ${column}.`);
  while (await hasColumn()) {
    const [, undone] = await client.migrate.down();
    if (undone.length === 0) throw new Error(`No migration adds the column ${column}.`);
  }
}

/** Let the database forget which migrations were run, as if it were older than the first migration. */
async function forgetMigrations(client) {
  for (const table of ['knex_migrations', 'knex_migrations_lock'])
    await client.schema.dropTableIfExists(table);
}

/** The tables that SQLite reads and sorts completely for a query: no index gives their rows in this order. */
function sortedTables(sql, values, connection) {
  if (!/^\s*(SELECT|WITH)\b/i.test(sql) || !connection.prepare) return [];
  const bound = values.map((value) => (typeof value === 'boolean' ? Number(value) : value));
  const plan = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(bound);
  const sorts = plan
    .filter(({ detail }) => /USE TEMP B-TREE FOR.*ORDER BY/.test(detail))
    .map(({ parent }) => parent);
  const scans = plan.filter(
    ({ parent, detail }) => sorts.includes(parent) && /^SCAN \w+/.test(detail),
  );
  return scans.map(({ detail }) => /^SCAN (\w+)/.exec(detail)[1]);
}

async function watching(watcher, during) {
  watchers.add(watcher);
  try {
    return await during();
  } finally {
    watchers.delete(watcher);
  }
}

/** Call `tell` with what a function writes to the console, instead of writing it. */
async function withConsole(tell, during) {
  const before = Object.fromEntries(CONSOLE.map((name) => [name, console[name]]));
  for (const name of CONSOLE) console[name] = (...words) => tell(`${format(...words)}\n`);
  try {
    return await during();
  } finally {
    Object.assign(console, before);
  }
}
