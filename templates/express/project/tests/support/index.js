/**
 * The way from the tests to the site.
 *
 * The tests use only these operations of the site:
 *
 * | operation | what it does |
 * | --- | --- |
 * | `start(settings)` | start the site with these settings and a new database |
 * | `request(method, url, headers, body)` | send a request, and return the response |
 * | `openStream(url, headers)` | send a request, and return the response before it ends |
 * | `run(...command)` | run a command of the site, such as `init-db` |
 * | `reset()` | make the database as it was after the start, or at the last `save()` |
 * | `queries(during)` | record the work of the database while a function runs |
 * | `hook(action, during)` | do something once, just before the site writes to its database |
 * | `now()` | read the clock of the site |
 * | `openWindow()` | open a browser window, which runs the front end of the site |
 * | `stop()` | stop the site, and delete its database |
 *
 * There are two ways to the site. Usually the site runs in the process of the tests: see `in-process.js`. With
 * `STARTERKIT_SITE=http` the site runs in a second process: see `over-http.js`. A test can't see the difference.
 */

import { enableCompileCache } from 'node:module';
import { after } from 'node:test';

enableCompileCache(); // packages are compiled once for all runs

export { SECRET } from './request.js';
export { expect, failure, same } from './results.js';
export { PASSWORD } from './site.js';

let started;
const others = [];

/** The site with an empty database, as the visitor of most tests sees it. */
export async function openSite() {
  started ??= startWithVisitor();
  const { server, visitor } = await started;
  await server.reset();
  return visitor.again();
}

/** Another site, with other settings. The site stops after the test. */
export async function startSite(t, settings) {
  const { Visitor } = await import('./site.js');
  const server = await start(settings);
  t.after(() => server.stop());
  return new Visitor(server);
}

async function start(settings) {
  const { Site } = await import(
    process.env.STARTERKIT_SITE === 'http' ? './over-http.js' : './in-process.js'
  );
  return await Site.start(settings);
}

async function startWithVisitor() {
  const server = await start({});
  others.push(server);
  const { firstVisitor } = await import('./visitor.js');
  const visitor = await firstVisitor(server);
  await server.save();
  return { server, visitor };
}

after(async () => {
  for (const server of others) await server.stop();
});
