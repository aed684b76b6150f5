/** The tags of an article, as links. */

import { element } from '../dom.js';

/** The URL of the page of a tag. A tag can contain any character. */
export function tagUrl(tag) {
  return `/tag/${encodeURIComponent(tag)}`;
}

/** A list of links, one for each tag, or null if there are no tags. */
export function tagList(tags) {
  if (tags.length === 0) return null;
  const items = tags.map((tag) => {
    return element(
      'li',
      {},
      element('a', { class: 'tag-pill tag-default tag-outline', href: tagUrl(tag) }, tag),
    );
  });
  return element('ul', { class: 'tag-list' }, items);
}
