/** One comment on the page of an article. */

import { date, element } from '../dom.js';

/**
 * The card of a comment, as the API tells it: {id, body, createdAt}. `remove` is a function that takes the comment
 * down, to be called when the visitor presses the sign for it.
 */
export function commentCard(comment, remove) {
  const sign = element('i', { class: 'ion-trash-a' }, '✕');
  const button = { type: 'button', 'aria-label': 'Delete this comment', onclick: remove };
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-block' }, element('p', { class: 'card-text' }, comment.body)),
    element(
      'div',
      { class: 'card-footer' },
      date(comment.createdAt, { class: 'date-posted' }),
      element('span', { class: 'mod-options' }, element('button', button, sign)),
    ),
  );
}
