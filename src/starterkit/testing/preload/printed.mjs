/**
 * Keeps the end of what the code prints with `console` in each test, for the reporter in watchdog.mjs.
 *
 * Node's test runner loads this file with NODE_OPTIONS before the tests. It works only if all tests run in one process.
 */

import { beforeEach } from 'node:test';

const LONGEST_TEXT = 16_000;
const watchdog = globalThis[Symbol.for('starterkit.watchdog')];

if (watchdog?.isAlone) keep();

function keep() {
  const texts = new Map();
  let test = '';
  let depth = 0; // of calls of `console`, which call each other
  beforeEach(({ name }) => {
    test = name;
  });
  for (const [name, print] of Object.entries(console).filter(([, value]) => typeof value === 'function')) {
    console[name] = function printing(...values) {
      depth += 1;
      try {
        return print.apply(this, values);
      } finally {
        depth -= 1;
      }
    };
  }
  for (const stream of [process.stdout, process.stderr]) {
    const { write } = stream;
    stream.write = function writing(chunk, ...more) {
      // Node's reporters write to the same streams, but never while `console` prints.
      if (depth > 0) texts.set(test, `${texts.get(test) ?? ''}${chunk}`.slice(-LONGEST_TEXT));
      return write.call(this, chunk, ...more);
    };
  }
  Object.assign(watchdog, { texts, now: () => ({ test, text: texts.get(test) }) });
}
