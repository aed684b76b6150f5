/** A small web application. `createApp` creates it. */

import { readFileSync } from 'node:fs';

import { addFeatures } from './features.js';
import { Pages } from './pages.js';

const settings = JSON.parse(readFileSync(new URL('settings.json', import.meta.url), 'utf8'));

/** Create the application. `handle` answers a request of `node:http`. */
export function createApp() {
  const app = new Pages(settings.siteTitle);
  app.add('/', home);
  addFeatures(app);
  return app;
}

/** Return the home page. */
function home(app) {
  return app.page('<p>Welcome.</p>');
}
