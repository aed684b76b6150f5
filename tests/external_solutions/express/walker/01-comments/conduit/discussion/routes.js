/** The addresses of the discussion under an article. */

import { Router } from 'express';

import { findArticle, now } from '../articles.js';
import { fieldsOf } from '../fields.js';
import { RemarkStore } from './store.js';

const view = (row) => ({
  id: row.id,
  body: row.body,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function discussion(site) {
  const store = new RemarkStore(site.db);
  await store.prepare();

  const routes = Router({ mergeParams: true });

  routes.use(async (request, response, next) => {
    response.locals.article = await findArticle(site, request.params.slug);
    next();
  });

  routes
    .route('/')
    .get(async (request, response) => {
      const rows = await store.under(response.locals.article.id);
      response.json({ comments: rows.map(view) });
    })
    .post(async (request, response) => {
      const fields = fieldsOf(request, 'comment');
      const body = fields.text('body', { longest: 5_000 });
      fields.check();
      const row = await store.add(response.locals.article.id, body, now());
      response.status(201).json({ comment: view(row) });
    });

  routes.delete('/:id', async (request, response) => {
    const row = await store.find(response.locals.article.id, request.params.id);
    await store.drop(row);
    response.sendStatus(204);
  });

  return routes;
}
