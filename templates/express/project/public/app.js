/** The site in the browser: which URL shows which page. */

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

/** Show the page of the current URL. After that, links change the page without loading it again. */
export async function start() {
  await Promise.all(fill('start'));
  followLinks();
  await show();
}
