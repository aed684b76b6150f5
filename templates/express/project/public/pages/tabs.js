/** The tabs over a list on the home page, and on pages like it: "Global Feed", and others that parts of the site bring. */

import { element } from '../dom.js';
import { fill } from '../places.js';

/** A tab; `isCurrent` says whether its list is the one that is shown. */
export function tab(address, words, isCurrent) {
  const current = isCurrent ? { 'aria-current': 'page' } : {};
  const link = element(
    'a',
    { class: `nav-link${isCurrent ? ' active' : ''}`, href: address, ...current },
    words,
  );
  return element('li', { class: 'nav-item' }, link);
}

/** All tabs over the list. While no part of the site has one of its own (or an empty list of them), there are none. */
export function tabs(context) {
  const [first, more] = ['first-tabs', 'more-tabs'].map((place) =>
    fill(place, context).filter(Boolean),
  );
  if (first.length + more.length === 0) return null;
  const others = [...first, ...more].flat();
  const isGlobal = !others.some((one) => one.querySelector('.active'));
  return element(
    'nav',
    { class: 'feed-toggle', 'aria-label': 'Lists of articles' },
    element('ul', { class: 'nav nav-pills' }, first, tab('/', 'Global Feed', isGlobal), more),
  );
}
