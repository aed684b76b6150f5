/** Users publish and edit articles. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openSite, publish } from './site.js';

async function titles(client) {
  const { body } = await client.get('/api/articles').expect(200);
  return body.articles.map(({ title }) => title);
}

test('The newest article is first', async (t) => {
  const client = await openSite(t);
  await publish(client, 'Bread');
  await publish(client, 'Soup');

  assert.deepEqual(await titles(client), ['Soup', 'Bread']);
});

test('A title can contain quotation marks', async (t) => {
  const client = await openSite(t);
  await publish(client, 'My "bread"');

  assert.deepEqual(await titles(client), ['My "bread"']);
});

test('A blank title is rejected', async (t) => {
  const client = await openSite(t);
  const article = { title: ' ', description: 'In short.', body: 'At length.' };

  await client.post('/api/articles').send({ article }).expect(422);

  assert.deepEqual(await titles(client), []);
});

test('An edited article has the new text', async (t) => {
  const client = await openSite(t);
  const { slug } = await publish(client, 'Bread');

  const article = { body: 'With sourdough.' };
  await client.put(`/api/articles/${slug}`).send({ article }).expect(200);

  const { body } = await client.get(`/api/articles/${slug}`).expect(200);
  assert.equal(body.article.body, 'With sourdough.');
});
