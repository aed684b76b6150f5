/** What the About page shows. */

import { Router } from 'express';

export const about = Router();

about.get('/', (request, response) => {
  const { contactEmail } = request.app.locals.settings;
  response.json({ about: { contactEmail } });
});
