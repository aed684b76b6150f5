/**
 * The site in a second process. It gets real HTTP requests.
 *
 * All other operations go over a pipe to the second process, where `in-process.js` does them: see `server.js`.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';

import { Pipe } from './pipe.js';
import { send } from './request.js';

const SERVER = new URL('server.js', import.meta.url);
const STOP_MS = 5000;

/** The site, with a new database. */
export class Site {
  #actions = new Map();
  #last = 0;
  #process;
  #pipe;
  #port;

  static async start(settings) {
    const site = new Site();
    site.#process = fork(SERVER, { execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
    site.#pipe = new Pipe(site.#process, { act: (block) => site.#actions.get(block)() });
    try {
      site.#port = await site.#pipe.ask('start', settings);
    } catch (error) {
      await site.stop();
      throw error;
    }
    return site;
  }

  /** Send a request. Cookies aren't kept, and redirects aren't followed. */
  request(method, url, headers, body) {
    return send(this.#port, method, url, headers, body);
  }

  /** Run a command that the site has for the terminal. */
  run(...command) {
    return this.#pipe.ask('run', ...command);
  }

  /** Make the database as it was after the start. */
  reset() {
    return this.#pipe.ask('reset');
  }

  /**
   * Record what the database does during a function: `statements` and their `values`. `work` counts the rows that the
   * site reads.
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

  /** Read the clock of the site. */
  async now() {
    return new Date(await this.#pipe.ask('now'));
  }

  /** Stop the site, and delete its database. */
  async stop() {
    const { connected, exitCode, signalCode } = this.#process;
    if (connected) this.#process.disconnect(); // then the second process ends
    const killing = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    if (exitCode === null && signalCode === null) await once(this.#process, 'exit');
    clearTimeout(killing);
  }

  async #block(operation, during, action) {
    this.#last += 1;
    const block = this.#last;
    this.#actions.set(block, action);
    await this.#pipe.ask('enter', operation, block);
    let result;
    try {
      result = await during();
    } catch (error) {
      await this.#pipe.ask('leave', block, error.message);
      throw error;
    }
    return { result, seen: await this.#pipe.ask('leave', block) };
  }
}
