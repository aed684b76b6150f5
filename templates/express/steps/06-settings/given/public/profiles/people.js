/** The picture of a user, and the URL of the profile. */

import { element } from '../dom.js';

/** The picture of a user, or the default picture. */
export function picture(user, className) {
  return element('img', { class: className, src: user.image || '/default-avatar.svg', alt: '' });
}

export function profileUrl(user) {
  return `/profile/${encodeURIComponent(user.username)}`;
}
