/** Your feed and its tab, and the page links of every list. */

import { currentUser } from '../accounts/session.js';
import { element } from '../dom.js';
import { tab } from '../pages/tabs.js';
import { put } from '../places.js';
import { pageNumbers } from './pages.js';

const URL_OF_FEED = '/?feed=following';

put('guard', (url) => (currentUser() === null && isFeed(url) ? '/login' : null));
put('home-list', ({ query }) => (isFeedQuery(query) ? { path: '/articles/feed' } : null));

put('first-tabs', ({ query }) => {
  return currentUser() === null ? [] : [tab(URL_OF_FEED, 'Your Feed', isFeedQuery(query))];
});

put('empty-list', ({ query }) => {
  if (!isFeedQuery(query)) return null;
  const text = 'Your feed is empty. Follow authors, or read the ';
  const link = element('a', { href: '/' }, 'Global Feed');
  return element('p', { class: 'empty-feed-message' }, text, link, '.');
});

put('under-list', ({ path, query, count, page, perPage }) => {
  const last = Math.ceil(count / perPage);
  if (last < 2) return null;
  const items = pageNumbers(page, last).map((number) => {
    if (number === null) return element('li', { 'aria-hidden': 'true' }, '…');
    const isCurrent = number === page;
    const href = urlOf(path, query, number);
    const link = { class: 'page-link', href, 'aria-current': isCurrent ? 'page' : null };
    const className = isCurrent ? 'page-item active' : 'page-item';
    return element('li', { class: className }, element('a', link, `${number}`));
  });
  return element('nav', { 'aria-label': 'Pages' }, element('ul', { class: 'pagination' }, items));
});

function urlOf(path, query, number) {
  const changed = new URLSearchParams(query);
  changed.set('page', number);
  return `${path}?${changed}`;
}

function isFeed(url) {
  const [path, query] = url.split('?');
  return path === '/' && isFeedQuery(new URLSearchParams(query));
}

function isFeedQuery(query) {
  return query.get('feed') === 'following';
}
