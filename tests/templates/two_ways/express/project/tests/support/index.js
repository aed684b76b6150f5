/**
 * The way from the tests to the site.
 *
 * The tests use only these operations of the site:
 *
 * | operation | what it does |
 * | --- | --- |
 * | `start(settings)` | start the site with these settings and a new database |
 * | `request(method, url, headers, body)` | send a request, and return the response |
 * | `run(...command)` | run a command of the site, such as `init-db` |
 * | `reset()` | make the database as it was after the start |
 * | `queries(during)` | record the work of the database while a function runs |
 * | `hook(action, during)` | do something once, just before the site writes to its database |
 * | `now()` | read the clock of the site |
 * | `stop()` | stop the site, and delete its database |
 *
 * There are two ways to the site. Usually the site runs in the process of the tests: see `in-process.js`. With
 * `STARTERKIT_SITE=http` the site runs in a second process: see `over-http.js`. A test can't see the difference.
 */

import { after } from 'node:test';

export { Browser } from './browser.js';

const way = process.env.STARTERKIT_SITE === 'http' ? './over-http.js' : './in-process.js';
const { Site } = await import(way);

/** Start the site, in the way that the environment asks for. */
export function start(settings = {}) {
  return Site.start(settings);
}

let started;

/** The site with an empty database. It is started once for all tests. */
export async function emptySite() {
  started ??= start();
  const site = await started;
  await site.reset();
  return site;
}

/** A second site, with settings that differ. The site stops after the test. */
export async function startSite(t, settings) {
  const site = await start(settings);
  t.after(() => site.stop());
  return site;
}

after(async () => (await started)?.stop());
