/**
 * The site in a second process. It gets real HTTP requests.
 *
 * All other operations go over a pipe to the second process, where `in-process.js` does them: see `server.js`. The
 * windows of browsers are in the second process, too, because they run the front end of the site.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';

import { Mirror } from './mirror.js';
import { Pipe } from './pipe.js';
import { Client } from './request.js';

const SERVER = new URL('server.js', import.meta.url);
const STOP_MS = 5000;

/** The second process. All sites of the tests run in it, and it ends with the last of them. */
class Process {
  static running;
  actions = new Map(); // of each hook, by the number of its block
  sites = 0;
  #last = 0;
  #child = fork(SERVER, { execArgv: ['--throw-deprecation'], stdio: ['ignore', 2, 2, 'ipc'] });
  #pipe = new Pipe(this.#child, { act: (block) => this.actions.get(block)() });

  /** A number for a site, a block or a window. */
  next() {
    this.#last += 1;
    return this.#last;
  }

  ask(operation, ...details) {
    return this.#pipe.ask(operation, ...details);
  }

  async stop() {
    const { connected, exitCode, signalCode } = this.#child;
    if (connected) this.#child.disconnect(); // then the second process ends
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit');
    clearTimeout(killing);
  }
}

/** The site, with a new database. */
export class Site {
  #process = (Process.running ??= new Process());
  #number = this.#process.next();
  #client;

  static async start(settings) {
    const site = new Site();
    site.#process.sites += 1;
    try {
      site.#client = new Client(await site.#ask('start', settings));
    } catch (error) {
      await site.#leave();
      throw error;
    }
    return site;
  }

  /** Send a request. Cookies aren't kept, and redirects aren't followed. */
  request(method, url, headers, body) {
    return this.#client.send(method, url, headers, body);
  }

  /** Send a GET request, and return the response before it ends. Its `body` is a stream. */
  openStream(url, headers) {
    return this.#client.open(url, headers);
  }

  /** The last error that the site wrote to its console, as a line of text. */
  lastError() {
    return this.#ask('lastError');
  }

  /** Run a command that the site has for the terminal: `init-db`, or `knex migrate:latest`. */
  run(...command) {
    return this.#ask('run', ...command);
  }

  /** Let `reset` return to the database as it is now. */
  save() {
    return this.#ask('save');
  }

  /** Make the database as it was after the start, or at the last `save`. */
  reset() {
    return this.#ask('reset');
  }

  /**
   * Record what the database does during a function: `statements` and their `values`, and the names of the tables that
   * SQLite reads and sorts completely for a statement, as `sorted`.
   */
  async queries(during) {
    const { seen } = await this.#block('queries', during);
    return seen;
  }

  /** Do something once during a function, at the moment before the site writes to its database. */
  async hook(action, during) {
    const { result } = await this.#block('hook', during, async () => {
      await action();
    });
    return result;
  }

  /** Open a window of a browser that shows pages of the site. */
  async openWindow() {
    const number = this.#process.next();
    await this.#ask('openWindow', number);
    return new Mirror((...details) => this.#ask('window', number, ...details));
  }

  /** Read the clock of the site. */
  async now() {
    return new Date(await this.#ask('now'));
  }

  /** Stop the site, and delete its database. */
  async stop() {
    await this.#ask('stop');
    this.#client.close();
    await this.#leave();
  }

  #ask(operation, ...details) {
    return this.#process.ask(operation, this.#number, ...details);
  }

  async #leave() {
    this.#process.sites -= 1;
    if (this.#process.sites > 0) return;
    Process.running = undefined;
    await this.#process.stop();
  }

  async #block(operation, during, action) {
    const block = this.#process.next();
    this.#process.actions.set(block, action);
    await this.#ask('enter', operation, block);
    let result;
    try {
      result = await during();
    } catch (error) {
      await this.#ask('leave', block, error.message);
      throw error;
    }
    return { result, seen: await this.#ask('leave', block) };
  }
}
