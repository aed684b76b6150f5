/** Greet the visitors of the site. */

import { escape } from './pages.js';

/** Return a page that greets the visitor by name. */
export function greeting(app, parameters) {
  const name = parameters.get('name') || 'visitor';
  return app.page(`<p>Hello, ${escape(name)}!</p>`);
}
