/** One comment on the page of an article. */

import { element } from '../dom.js';

/**
 * The card of a comment. `comment` comes from the API: {id, body, createdAt}. The delete button calls `remove`.
 */
export function commentCard(comment, remove) {
  // TODO: lessons/02-comments.md describes the card.
  return element('div');
}
