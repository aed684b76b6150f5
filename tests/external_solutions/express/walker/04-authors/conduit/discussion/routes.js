/** The addresses of the discussion under an article. */

import { Router } from 'express';

import { findArticle, now } from '../articles.js';
import { Refusal } from '../errors.js';
import { fieldsOf } from '../fields.js';
import { RemarkStore } from './store.js';

const view = (row, author) => ({
  id: row.id,
  body: row.body,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  author,
});

export async function discussion(site) {
  const { directory } = site;
  const store = new RemarkStore(site.db);
  await store.prepare();

  const routes = Router({ mergeParams: true });

  routes.use(directory.gate);
  routes.use(async (request, response, next) => {
    response.locals.article = await findArticle(site, request.params.slug);
    next();
  });

  routes
    .route('/')
    .get(async (request, response) => {
      const rows = await store.under(response.locals.article.id);
      const authors = await directory.profiles(rows.map((row) => row.person_id));
      response.json({ comments: rows.map((row) => view(row, authors.get(row.person_id))) });
    })
    .post(async (request, response) => {
      const person = await directory.mustKnow(request);
      const fields = fieldsOf(request, 'comment');
      const body = fields.text('body', { longest: 5_000 });
      fields.check();
      const row = await store.add(response.locals.article.id, person.id, body, now());
      response.status(201).json({ comment: view(row, directory.profileView(person)) });
    });

  routes.delete('/:id', async (request, response) => {
    const row = await store.find(response.locals.article.id, request.params.id);
    const person = await directory.mustKnow(request);
    if (row.person_id !== person.id) throw new Refusal(403, { comment: ['forbidden'] });
    await store.drop(row);
    response.sendStatus(204);
  });

  return routes;
}
