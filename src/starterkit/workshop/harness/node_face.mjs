/**
 * What the path's test files get as `node:test`: it collects their tests, and the harness runs them one by one.
 *
 * A submission that imports this file finds nothing: the harness has taken the tests before.
 */

import * as real from 'node:test';

const noted = [];
let isTaken = false;

function note(kind, words, extra = {}) {
  if (isTaken) throw new Error('Tests are noted while their files are read, and not later.');
  const name = words.find((word) => typeof word === 'string') ?? '';
  const options = words.find((word) => typeof word === 'object' && word !== null) ?? {};
  const call = words.find((word) => typeof word === 'function') ?? (() => {});
  noted.push({ kind, name, options: { ...options, ...extra }, call });
}

/** All that was noted since the last time; `last` closes the list. */
export function take(last) {
  if (isTaken) return [];
  isTaken = last;
  return noted.splice(0);
}

export function test(...words) {
  note('test', words);
}
test.only = test;
test.skip = (...words) => note('test', words, { skip: true });
test.todo = (...words) => note('test', words, { todo: true });

export const it = test;
export default test;
export const before = (...words) => note('before', words);
export const after = (...words) => note('after', words);
export const beforeEach = (...words) => note('beforeEach', words);
export const afterEach = (...words) => note('afterEach', words);
export const { mock, snapshot } = real;
