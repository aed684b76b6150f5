import { test } from 'node:test';

import { Site } from './support.js';

test('The words of a text are counted', async (t) => {
  const site = await Site.open(t);
  (await site.get('/words/one%20two%20three')).says('3');
});

test('Short texts are counted, too', async (t) => {
  const site = await Site.open(t);
  (await site.get('/words/one')).says('1');
  (await site.get('/words/one%20two')).says('2');
});
