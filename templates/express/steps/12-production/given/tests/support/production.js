/** The site in a new process, as a server runs it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Client } from './request.js';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const START_MS = 20_000;
let lastPort = 10_000 + (process.pid % 200) * 100;

/** The variables of a server in production, with a SQLite file as its database. */
export function inProduction(file) {
  return {
    CONDUIT_PRODUCTION: 'true',
    CONDUIT_SECRET: 'only for tests, with more than 32 characters',
    DATABASE_URL: file,
  };
}

/** The environment without the variables of the site, and with the program node in its path. */
export function cleanEnvironment() {
  const others = Object.entries(process.env).filter(
    ([name]) => !/^(CONDUIT_|DATABASE_URL$|NODE_|HOST$|PORT$)/.test(name),
  );
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  return { ...Object.fromEntries(others), PATH };
}

/** Run a program of the site with these variables. Return its exit code and its output. */
export async function runNode(file, args, variables) {
  const child = start(file, args, variables);
  const [code] = await once(child.process, 'close');
  return { code, output: child.output.join('') };
}

/** A server that runs in a new process. */
export class Server {
  #child;
  #client;

  /** Start `conduit/server.js` with these variables, and wait until it responds, or until it ends. */
  static async start(variables) {
    const server = new Server();
    const port = await freePort();
    server.#client = new Client(port);
    server.#child = start('conduit/server.js', ['--port', `${port}`], variables);
    const end = Date.now() + START_MS;
    while (!server.hasEnded && Date.now() < end && !(await server.#responds())) await pause(30);
    return server;
  }

  /** True if the process isn't running. */
  get hasEnded() {
    const { exitCode, signalCode } = this.#child.process;
    return exitCode !== null || signalCode !== null;
  }

  /** What the process wrote. */
  get output() {
    return this.#child.output.join('');
  }

  /** The lines of JSON that the process wrote to standard output. */
  get lines() {
    return this.#child.standardOutput
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  async get(path, method = 'GET') {
    const { status, headers, body } = await this.#client.send(method, path);
    return { status, headers, text: body.toString() };
  }

  async stop() {
    this.#client.close();
    if (this.hasEnded) return;
    this.#child.process.kill('SIGKILL');
    await once(this.#child.process, 'close');
  }

  async #responds() {
    try {
      await this.#client.send('GET', '/style.css');
      return true;
    } catch {
      return false;
    }
  }
}

function start(file, args, variables) {
  const env = { ...cleanEnvironment(), ...variables };
  const child = spawn(process.execPath, [join(PROJECT, file), ...args], { cwd: PROJECT, env });
  const [output, standardOutput] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.push(text);
    standardOutput.push(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => output.push(text));
  return { process: child, output, standardOutput };
}

/** A port that no program uses. Other processes that run these tests look at other ports. */
async function freePort() {
  for (;;) {
    lastPort += 1;
    const server = createServer().listen(lastPort, '127.0.0.1');
    const isFree = await once(server, 'listening').catch(() => undefined);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return lastPort;
  }
}
