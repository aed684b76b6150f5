/** Runs the tests in own_tests/ without a fault, with each fault, and without a fault again. See fault-runs.js. */

import { test } from 'node:test';

import { FAULTS, install, now } from './faults.js';
import { AGAIN, WITHOUT, isTooSlow, ownTests } from './fault-runs.js';

install();
const rounds = [{ name: WITHOUT }, ...FAULTS, { name: AGAIN }];
for (const { name } of rounds) {
  test(name, async (t) => {
    if (isTooSlow()) return t.skip('the limit is exceeded');
    now.fault = FAULTS.find((fault) => fault.name === name);
    now.round += 1;
    // A test that is created in another test is a part of it. So the tests of a file belong to this round.
    for (const file of ownTests()) await import(file);
  });
}
