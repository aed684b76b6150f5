/** How a person is shown: their picture, and the way to their page. */

import { element } from '../dom.js';

/** The picture of somebody: their own, or the one for people who have none. */
export function picture(person, className) {
  return element('img', { class: className, src: person.image || '/default-avatar.svg', alt: '' });
}

export function profileAddress(person) {
  return `/profile/${encodeURIComponent(person.username)}`;
}
