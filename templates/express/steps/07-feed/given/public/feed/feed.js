/** One's own feed, the tabs that lead there, and the pages of every list. */

import { currentUser } from '../accounts/session.js';
import { element } from '../dom.js';
import { tab } from '../pages/tabs.js';
import { put } from '../places.js';
import { pageNumbers } from './pages.js';

const ADDRESS = '/?feed=following';

put('guard', (address) => (currentUser() === null && isFeed(address) ? '/login' : null));
put('home-list', ({ query }) => (isFeedQuery(query) ? { address: '/articles/feed' } : null));

put('first-tabs', ({ query }) => {
  return currentUser() === null ? [] : [tab(ADDRESS, 'Your Feed', isFeedQuery(query))];
});

put('empty-list', ({ query }) => {
  if (!isFeedQuery(query)) return null;
  const words = 'Your feed is empty. Follow somebody, or read what is in the ';
  const link = element('a', { href: '/' }, 'Global Feed');
  return element('p', { class: 'empty-feed-message' }, words, link, '.');
});

put('under-list', ({ path, query, count, page, perPage }) => {
  const last = Math.ceil(count / perPage);
  if (last < 2) return null;
  const items = pageNumbers(page, last).map((number) => {
    if (number === null) return element('li', { 'aria-hidden': 'true' }, '…');
    const isCurrent = number === page;
    const href = addressOf(path, query, number);
    const link = { class: 'page-link', href, 'aria-current': isCurrent ? 'page' : null };
    const className = isCurrent ? 'page-item active' : 'page-item';
    return element('li', { class: className }, element('a', link, `${number}`));
  });
  return element('nav', { 'aria-label': 'Pages' }, element('ul', { class: 'pagination' }, items));
});

function addressOf(path, query, number) {
  const changed = new URLSearchParams(query);
  changed.set('page', number);
  return `${path}?${changed}`;
}

function isFeed(address) {
  const [path, query] = address.split('?');
  return path === '/' && isFeedQuery(new URLSearchParams(query));
}

function isFeedQuery(query) {
  return query.get('feed') === 'following';
}
