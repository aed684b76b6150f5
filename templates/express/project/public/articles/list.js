/** A list of articles, as cards. */

import { ApiError, ask } from '../api.js';
import { date, element, errorList } from '../dom.js';
import { fill } from '../places.js';

const PER_PAGE = 10;

/**
 * A list of cards. `filter` is sent to the API, for example {tag: 'tea'}. `context` describes the page: {path, query}.
 * If the request fails, the list shows the reasons.
 */
export async function articleList(filter, context, path = '/articles') {
  try {
    return await cards(filter, context, path);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [errorList(error.messages)];
  }
}

async function cards(filter, context, path) {
  const page = Number(context.query.get('page') ?? 1);
  const query = new URLSearchParams({ ...filter, limit: PER_PAGE, offset: (page - 1) * PER_PAGE });
  const { articles = [], articlesCount = 0 } = (await ask('GET', `${path}?${query}`)) ?? {};
  return [
    articles.map((article) => articleCard(article)),
    articles.length === 0 ? emptyList(context) : null,
    fill('under-list', { ...context, count: articlesCount, page, perPage: PER_PAGE }),
  ];
}

function emptyList(context) {
  const [instead] = fill('empty-list', context).filter(Boolean);
  return instead ?? element('p', { class: 'empty' }, 'No articles are here... yet.');
}

/** An article in a list. */
export function articleCard(article) {
  return element(
    'article',
    { class: 'article-preview' },
    articleMeta(article),
    element(
      'a',
      { class: 'preview-link', href: `/article/${article.slug}` },
      element('h1', {}, article.title),
      element('p', {}, article.description),
    ),
    fill('in-card', article),
  );
}

/** Facts about an article, on its card and on its page: the date, and what other parts of the site add. */
export function articleMeta(article, context = {}) {
  return element(
    'div',
    { class: 'article-meta' },
    fill('before-date', article, context),
    date(article.createdAt, { class: 'date' }),
    fill('after-date', article, context),
  );
}
