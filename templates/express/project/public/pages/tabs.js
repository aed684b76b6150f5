/** The tabs above a list: "Global Feed", and the tabs that other parts of the site add. */

import { element } from '../dom.js';
import { fill } from '../places.js';

/** A tab. `isCurrent` is true if the page shows its list. */
export function tab(url, text, isCurrent) {
  const current = isCurrent ? { 'aria-current': 'page' } : {};
  const link = element(
    'a',
    { class: `nav-link${isCurrent ? ' active' : ''}`, href: url, ...current },
    text,
  );
  return element('li', { class: 'nav-item' }, link);
}

/** All tabs above the list. If no part of the site adds a tab, there are none. */
export function tabs(context) {
  const [first, more] = ['first-tabs', 'more-tabs'].map((place) =>
    fill(place, context).filter(Boolean),
  );
  if (first.length + more.length === 0) return null;
  const others = [...first, ...more].flat();
  const isGlobal = !others.some((other) => other.querySelector('.active'));
  return element(
    'nav',
    { class: 'feed-toggle', 'aria-label': 'Lists of articles' },
    element('ul', { class: 'nav nav-pills' }, first, tab('/', 'Global Feed', isGlobal), more),
  );
}
