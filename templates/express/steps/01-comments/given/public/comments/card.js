/** One comment on the page of an article. */

import { element } from '../dom.js';

/**
 * The card of a comment, as the API tells it: {id, body, createdAt}. `remove` is a function that takes the comment
 * down, to be called when the visitor presses the sign for it.
 */
export function commentCard(comment, remove) {
  // TODO: lessons/01-comments.md tells what stands in the card.
  return element('div');
}
