/** Your own tests, in the folder own_tests/. */

import { test } from 'node:test';

import { runInNewProcess } from './fault-runs.js';

const options = { timeout: 120_000 };
let running;
const result = () => (running ??= runInNewProcess());

test('Your tests pass on your site', options, async () => {
  (await result()).expectPassing();
});

test('Your tests catch at least five of six faults', options, async () => {
  (await result()).expectCaught();
});
