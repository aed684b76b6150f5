/** The site in the process of the tests. */

import { AssertionError } from 'node:assert';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { send } from './request.js';

const CREATE_TABLES = ['init-db'];
const WRITES = /^\s*(BEGIN|INSERT|UPDATE|DELETE)/i;
const LOCKED_MS = 2000; // how long the site waits for an action, which may wait for the site's lock
const COMMANDS = new URL('../../conduit/commands/', import.meta.url);

/** The site, with a new database. */
export class Site {
  #watchers = new Set();
  #folder;
  #file;
  #app;
  #server;
  #empty;

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

  async #start(settings) {
    this.#folder = await mkdtemp(join(tmpdir(), 'site-'));
    this.#file = join(this.#folder, 'test.db');
    const { code, output } = await this.run(...CREATE_TABLES);
    if (code) throw new Error(`The command ${CREATE_TABLES.join(' ')} failed: ${output}`);
    this.#empty = join(this.#folder, 'empty.db');
    await copyDatabase(this.#file, this.#empty);
    // Imported here and not at the top, so that each test reports an error in the site's code by its own name.
    const { createApp } = await import('../../conduit/app.js');
    this.#app = await createApp({
      database: this.#file,
      ...settings,
      onQuery: (sql, values) => this.#tell('query', sql, values),
      onRows: (count) => this.#tell('rows', count),
    });
    this.#server = this.#app.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** The port at which the site listens. */
  get port() {
    return this.#server.address().port;
  }

  /** Send a request. Cookies aren't kept, and redirects aren't followed. */
  request(method, url, headers, body) {
    return send(this.port, method, url, headers, body);
  }

  /** Run a command that the site has for the terminal. */
  run(name, ...words) {
    const file = fileURLToPath(new URL(`${name}.js`, COMMANDS));
    const env = { ...process.env, DATABASE: this.#file };
    return new Promise((resolve) => {
      execFile(process.execPath, [file, ...words], { env }, (error, stdout, stderr) => {
        resolve({ code: error ? error.code : 0, output: stdout + stderr });
      });
    });
  }

  /** Make the database as it was after the start. */
  async reset() {
    await copyDatabase(this.#empty, this.#file);
  }

  /**
   * Record what the database does during a function: `statements` and their `values`. `work` counts the rows that the
   * site reads.
   */
  async queries(during) {
    const seen = { statements: [], values: [], work: 0 };
    await this.#watching(during, {
      query: (sql, values) => {
        seen.statements.push(sql);
        seen.values.push(JSON.stringify(values));
      },
      rows: (count) => (seen.work += count),
    });
    return seen;
  }

  /** Do something once during a function, at the moment before the site writes to its database. */
  async hook(action, during) {
    let started;
    const query = async (sql) => {
      if (started || !WRITES.test(sql)) return;
      started = (async () => action())();
      await Promise.race([started.catch(() => {}), pause(LOCKED_MS, undefined, { ref: false })]);
    };
    const result = await this.#watching(during, { query });
    const message = 'Expected the site to write to its database. Found nothing written.';
    if (!started) throw new AssertionError({ message });
    await started;
    return result;
  }

  /** Read the clock of the site. */
  async now() {
    return new Date();
  }

  /** Stop the site, and delete its database. */
  async stop() {
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#app?.locals.db.close();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #watching(during, watcher) {
    this.#watchers.add(watcher);
    try {
      return await during();
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  async #tell(event, ...details) {
    for (const watcher of this.#watchers) await watcher[event]?.(...details);
  }
}

async function copyDatabase(from, to) {
  const source = new DatabaseSync(from);
  await backup(source, to);
  source.close();
}
