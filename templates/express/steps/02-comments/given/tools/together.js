/**
 * What blocks the event loop? Type `node tools/together.js` in the folder of the project.
 *
 * The script starts your site with four more handlers. Each handler is busy for about a second. While it is busy, the
 * script requests the style sheet of your site, and measures how long the response takes.
 */

import { scrypt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

import express from 'express';

import { createApp } from '../conduit/app.js';

const SECOND = 1000;
const hash = promisify(scrypt);

const busyHandlers = {
  async '/timer'() {
    await setTimeout(SECOND);
  },
  async '/scrypt'() {
    const end = Date.now() + SECOND;
    while (Date.now() < end) await hash('password', 'salt', 32);
  },
  async '/sqlite'(db) {
    const numbers =
      'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) SELECT max(n) AS n FROM numbers';
    const begin = performance.now();
    await db.raw(numbers, [500_000]);
    const rowsPerSecond = (500_000 / (performance.now() - begin)) * SECOND;
    await db.raw(numbers, [Math.round(rowsPerSecond)]);
  },
  '/loop'() {
    const end = Date.now() + SECOND;
    while (Date.now() < end);
  },
};

/** The site runs in its own thread, so that it can't block the measurements. */
async function serve() {
  const site = createApp({ database: ':memory:' });
  const app = express();
  for (const [path, work] of Object.entries(busyHandlers)) {
    app.get(path, async (request, response) => {
      await work(site.locals.db);
      response.end();
    });
  }
  app.use(site);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  parentPort.postMessage(server.address().port);
}

async function milliseconds(url) {
  const begin = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  return performance.now() - begin;
}

async function measure() {
  const worker = new Worker(new URL(import.meta.url));
  const [port] = await once(worker, 'message');
  const site = `http://127.0.0.1:${port}`;
  const show = (label, time) =>
    console.log(`  ${label.padEnd(46)}${time.toFixed(0).padStart(6)} ms`);
  for (let i = 0; i < 20; i += 1) await milliseconds(`${site}/style.css`); // the first requests are slower

  console.log('The style sheet of your site takes\n');
  show('alone', await milliseconds(`${site}/style.css`));
  const labels = {
    '/timer': 'while a request waits for a timer',
    '/scrypt': 'while a request hashes passwords',
    '/sqlite': 'while a request waits for a query of SQLite',
    '/loop': 'while a request runs a loop',
  };
  for (const [path, label] of Object.entries(labels)) {
    const busy = milliseconds(site + path);
    await setTimeout(100);
    show(label, await milliseconds(`${site}/style.css`));
    await busy;
  }
  await worker.terminate();
}

await (isMainThread ? measure() : serve());
