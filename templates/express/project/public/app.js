/** The site in the browser: which address shows which page, and what every page has. */

import './features.js';
import { drawArticle } from './pages/article.js';
import { drawEditor } from './pages/editor.js';
import { drawHome } from './pages/home.js';
import { fill } from './places.js';
import { followLinks, page, show } from './router.js';

page('/', drawHome);
page('/article/:slug', drawArticle, 'article-page');
page('/editor', drawEditor);
page('/editor/:slug', drawEditor);

/** Show the page of the address that the browser is at; from then on, links change pages without loading anew. */
export async function start() {
  await Promise.all(fill('start'));
  followLinks();
  await show();
}
