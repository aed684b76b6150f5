/** The site responds to requests. */

import { test } from 'node:test';

import { get } from './support.js';

test('The home page shows the title', async () => {
  const page = await get('/');

  page.hasStatus(200);
  page.contains('<h1>');
  page.contains('Welcome');
});

test('An unknown path returns 404', async () => {
  (await get('/nothing-here')).hasStatus(404);
});
