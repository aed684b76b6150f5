/** One comment on the page of an article. */

import { date, element } from '../dom.js';

/**
 * The card of a comment. `comment` comes from the API: {id, body, createdAt}. The delete button calls `remove`.
 */
export function commentCard(comment, remove) {
  const icon = element('i', { class: 'ion-trash-a' }, '✕');
  const button = { type: 'button', 'aria-label': 'Delete this comment', onclick: remove };
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-block' }, element('p', { class: 'card-text' }, comment.body)),
    element(
      'div',
      { class: 'card-footer' },
      date(comment.createdAt, { class: 'date-posted' }),
      element('span', { class: 'mod-options' }, element('button', button, icon)),
    ),
  );
}
