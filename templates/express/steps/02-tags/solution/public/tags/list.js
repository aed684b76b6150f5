/** The tags of an article, as links. */

import { element } from '../dom.js';

/** The address of the page of a tag, whatever signs the tag holds. */
export function tagAddress(tag) {
  return `/tag/${encodeURIComponent(tag)}`;
}

/** A list of links, one for each of these tags; null where there are none. */
export function tagList(tags) {
  if (tags.length === 0) return null;
  const items = tags.map((tag) => {
    const attributes = { class: 'tag-pill tag-default tag-outline', href: tagAddress(tag) };
    return element('li', {}, element('a', attributes, tag));
  });
  return element('ul', { class: 'tag-list', 'aria-label': 'Tags' }, items);
}
