/**
 * The module that the path's test files get as `node:test`. It collects their tests, and the harness runs them.
 *
 * A submission that imports this file gets no tests: the harness has already taken them.
 */

import * as real from 'node:test';

const collected = [];
let isClosed = false;

function collect(kind, values, extra = {}) {
  if (isClosed) throw new Error('Tests are noted while their files are read, and not later.');
  const name = values.find((value) => typeof value === 'string') ?? '';
  const options = values.find((value) => typeof value === 'object' && value !== null) ?? {};
  const call = values.find((value) => typeof value === 'function') ?? (() => {});
  collected.push({ kind, name, options: { ...options, ...extra }, call });
}

/** Return what was collected since the last call. `isLast` closes the list. */
export function take(isLast) {
  if (isClosed) return [];
  isClosed = isLast;
  return collected.splice(0);
}

export function test(...values) {
  collect('test', values);
}
test.only = test;
test.skip = (...values) => collect('test', values, { skip: true });
test.todo = (...values) => collect('test', values, { todo: true });

export const it = test;
export default test;
export const before = (...values) => collect('before', values);
export const after = (...values) => collect('after', values);
export const beforeEach = (...values) => collect('beforeEach', values);
export const afterEach = (...values) => collect('afterEach', values);
export const { mock, snapshot } = real;
