/** The page of an article. */

import { ask } from '../api.js';
import { articleMeta } from '../articles/list.js';
import { element } from '../dom.js';
import { markdown } from '../markdown.js';
import { fill } from '../places.js';

export async function drawArticle({ params }) {
  const { article } = await ask('GET', `/articles/${encodeURIComponent(params.slug)}`);
  const content = element(
    'div',
    { class: 'article-page' },
    element(
      'header',
      { class: 'banner' },
      element(
        'div',
        { class: 'container' },
        element('h1', {}, article.title),
        element('p', {}, article.description),
        articleMeta(article, { isPage: true }),
        element('div', { class: 'article-actions' }, fill('actions', article)),
      ),
    ),
    element(
      'div',
      { class: 'container page' },
      element('div', { class: 'article-content' }, markdown(article.body)),
      fill('after-text', article),
      fill('under-article', article),
    ),
  );
  return { title: article.title, content };
}
