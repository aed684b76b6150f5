/** A publishing site. `createApp` builds it; each part of the site lives in a file of its own. */

import express from 'express';

import { openDatabase } from './database.js';
import { answerErrors, notFound } from './errors.js';
import { addFeatures } from './features.js';
import { readJson } from './fields.js';
import { pages } from './pages.js';
import { safeHeaders, withoutNul } from './security.js';
import { readSettings } from './settings.js';

/**
 * Build the site. It answers once its database is open and has all tables, so this gives a promise: `await` it.
 * settings.js tells what can be set. `app.locals.site` holds what the parts of the site share.
 */
export async function createApp(given) {
  const settings = readSettings(given);
  const db = await openDatabase(settings.database, settings);
  const site = {
    settings,
    db,
    articleFields: [],
    articleFilters: [],
    articleAdditions: [],
    samples: [],
  };

  const api = express.Router();
  api.use(readJson);
  await addFeatures(api, site);
  api.use(() => {
    throw notFound('address');
  });

  const app = express();
  app.disable('x-powered-by');
  app.locals.site = site;
  app.use(safeHeaders);
  app.use(withoutNul);
  app.use('/api', api);
  app.use(pages(settings));
  app.use(answerErrors);

  if (settings.samples) {
    for (const addSamples of site.samples) await addSamples();
  }
  return app;
}
