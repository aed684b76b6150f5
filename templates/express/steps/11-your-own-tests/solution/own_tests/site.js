/** What your tests need: a site with an empty database, a client and articles. */

import supertest from 'supertest';

import { createApp } from '../conduit/app.js';
import { setUp } from '../conduit/setup.js';

const SETTINGS = {
  database: ':memory:',
  secret: 'only for tests, with more than 32 characters',
  passwordCost: 16, // fast
};

/** Create a site for one test. Returns a client whose user is signed in. */
export async function openSite(t) {
  const app = createApp(SETTINGS);
  t.after(() => app.locals.db.destroy());
  await setUp(app.locals.db, { samples: false });
  const client = supertest.agent(app);
  const user = { username: 'ann', email: 'ann@example.org', password: 'correct horse' };
  const { body } = await client.post('/api/users').send({ user }).expect(201);
  return client.set('Authorization', `Token ${body.user.token}`);
}

/** Publish an article, and return it. */
export async function publish(client, title) {
  const article = { title, description: 'In short.', body: 'At length.' };
  const { body } = await client.post('/api/articles').send({ article }).expect(201);
  return body.article;
}
