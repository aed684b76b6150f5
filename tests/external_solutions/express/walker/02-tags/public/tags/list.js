/** The tags of an article, as links. */

import { element } from '../dom.js';

/** The address of the page of a tag, whatever signs the tag holds. */
export const tagAddress = (tag) => `/tag/${encodeURIComponent(tag)}`;

const link = (tag) => element('a', { class: 'tag-pill tag-default', href: tagAddress(tag) }, tag);

/** A list of links, one for each of these tags; null where there are none. */
export const tagList = (tags) =>
  tags.length > 0 ? element('div', { class: 'tag-list' }, tags.map(link)) : null;
