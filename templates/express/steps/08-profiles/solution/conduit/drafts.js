/** Drafts: articles that only their author sees. */

import { Router } from 'express';

import { listArticles } from './articles.js';
import { requireUser } from './tokens.js';

export const drafts = Router();

drafts.get('/', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const conditions = { draft: true, author_id: request.user.id };
  response.json(await listArticles(db, request.query, request.user, conditions));
});
