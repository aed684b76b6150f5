/** The health check, which says if the site works. */

import { Router } from 'express';

export const health = Router();

health.get('/', async (request, response) => {
  const { db } = request.app.locals;
  try {
    await db.raw('SELECT 1').timeout(2_000);
    response.json({ status: 'ok' });
  } catch (error) {
    console.error(error);
    response.status(503).json({ status: 'no database' });
  }
});
