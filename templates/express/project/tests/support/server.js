/** The second process of `over-http.js`. It serves the sites, and does the operations that the tests ask for. */

import { Site } from './in-process.js';
import { Elements } from './mirror.js';
import { Pipe } from './pipe.js';

const sites = new Map();
const blocks = new Map();
const windows = new Map();

const pipe = new Pipe(process, {
  async start(number, settings) {
    sites.set(number, await Site.start(settings));
    return sites.get(number).port;
  },
  async stop(number) {
    await sites.get(number)?.stop();
    sites.delete(number);
  },
  lastError: (number) => sites.get(number).lastError(),
  run: (number, ...command) => sites.get(number).run(...command),
  save: (number) => sites.get(number).save(),
  reset: (number) => sites.get(number).reset(),
  now: (number) => sites.get(number).now(),
  async openWindow(number, window) {
    windows.set(window, new Elements(await sites.get(number).openWindow()));
  },
  window: (_number, window, ...details) => windows.get(window).act(...details),
  enter: (number, operation, block) =>
    new Promise((entered) =>
      blocks.set(block, begin(sites.get(number), operation, block, entered)),
    ),
  leave(_number, block, error) {
    const { leave, fail, ended } = blocks.get(block);
    if (error) fail(new Error(error));
    else leave();
    return error ? ended.catch(() => {}) : ended;
  },
});

/** Begin a block: `queries`, or `hook`, whose action is in the process of the tests. The block lasts until it is left. */
function begin(site, operation, block, entered) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const during = () => {
    entered();
    return promise;
  };
  const ended =
    operation === 'queries'
      ? site.queries(during)
      : site.hook(() => pipe.ask('act', block), during);
  return { ended, leave: resolve, fail: reject };
}

process.on('SIGINT', () => {}); // the tests decide when the site stops
process.on('disconnect', async () => {
  for (const site of sites.values()) await site.stop();
  process.exit();
});
