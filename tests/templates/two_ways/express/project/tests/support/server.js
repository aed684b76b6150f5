/** The second process of `over-http.js`. It serves the site, and does the operations that the tests ask for. */

import { Site } from './in-process.js';
import { Pipe } from './pipe.js';

const blocks = new Map();
let site;

const pipe = new Pipe(process, {
  async start(settings) {
    site = await Site.start(settings);
    return site.port;
  },
  run: (...command) => site.run(...command),
  reset: () => site.reset(),
  now: () => site.now(),
  enter: (operation, block) => new Promise((entered) => blocks.set(block, begin(operation, block, entered))),
  leave(block, error) {
    const { leave, fail, ended } = blocks.get(block);
    if (error) fail(new Error(error));
    else leave();
    return error ? ended.catch(() => {}) : ended;
  },
});

/** Begin a block: `queries`, or `hook`, whose action is in the process of the tests. The block lasts until it is left. */
function begin(operation, block, entered) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const during = () => {
    entered();
    return promise;
  };
  const ended = operation === 'queries' ? site.queries(during) : site.hook(() => pipe.ask('act', block), during);
  return { ended, leave: resolve, fail: reject };
}

process.on('SIGINT', () => {}); // the tests decide when the site stops
process.on('disconnect', async () => {
  await site?.stop();
  process.exit();
});
