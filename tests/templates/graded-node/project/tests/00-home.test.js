import { test } from 'node:test';

import { expect, Site } from './support.js';

test('The home page greets', async (t) => {
  const site = await Site.open(t);
  (await site.get('/')).says('Hello');
});

test('A missing page is told', async (t) => {
  const site = await Site.open(t);
  const { status } = await site.get('/nowhere');
  expect(status === 404, `expected the status 404 at /nowhere, and got ${status}`);
});
