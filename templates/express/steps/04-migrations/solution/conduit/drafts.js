/** Drafts: articles that aren't in the other lists yet. */

import { Router } from 'express';

import { listArticles } from './articles.js';

export const drafts = Router();

drafts.get('/', async (request, response) => {
  const { db } = request.app.locals;
  response.json(await listArticles(db, request.query, { draft: true }));
});
