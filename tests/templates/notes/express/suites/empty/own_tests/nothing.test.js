/** A test that checks nothing. */

import { test } from 'node:test';

test('Nothing', () => {});
