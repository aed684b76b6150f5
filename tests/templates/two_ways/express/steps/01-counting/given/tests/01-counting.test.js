/** Counting lines. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Browser, emptySite } from './support/index.js';

test('The page /count shows the number of lines', async () => {
  const browser = new Browser(await emptySite());
  const { status, text } = await browser.get('/count');
  assert.deepEqual([status, text], [200, '0'], `Expected 0 on /count. Found status ${status}: ${text}`);
  await browser.post('/', { line: 'Tea' });
  assert.equal((await browser.get('/count')).text, '1', 'Expected 1 on /count after one line.');
});

test('The page /count needs one query', async () => {
  const site = await emptySite();
  const { statements } = await site.queries(() => site.request('GET', '/count'));
  assert.equal(statements.length, 1, `Expected one query. Found ${statements}`);
});
