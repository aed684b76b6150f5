/** A publishing site. `createApp` builds it. Each router is one part of the site. */

import express from 'express';

import { articles } from './articles.js';
import { connect } from './database.js';
import { errorHandler, notFound } from './errors.js';
import { pages } from './pages.js';
import { rejectNul, securityHeaders } from './security.js';
import { readSecret, readSettings } from './settings.js';
import { readJson } from './validation.js';
import { about } from './about.js';
import { comments } from './comments.js';
import { drafts } from './drafts.js';
import { accounts } from './accounts.js';
import { tags } from './tags.js';

// Your own lines go below this one.

/**
 * Build the site. `options` override the environment, and the environment overrides settings.json.
 *
 * @param {Partial<import('./settings.js').Settings>} [options]
 */
export function createApp(options) {
  const settings = readSettings(options);
  settings.secret = readSecret(settings);
  const app = express();
  app.disable('x-powered-by');
  app.locals.settings = settings;
  app.locals.db = connect(settings.database);

  app.use(securityHeaders);
  app.use(rejectNul);

  const api = express.Router();
  app.use('/api', api);
  api.use(readJson);
  api.use('/articles', articles);
  api.use('/about', about);
  api.use(comments);
  api.use('/tags', tags);
  api.use('/drafts', drafts);
  api.use(accounts(settings));

  // Your own lines go below this one.

  api.use(() => {
    throw notFound('url');
  });
  app.use(pages(settings));
  app.use(errorHandler);
  return app;
}
