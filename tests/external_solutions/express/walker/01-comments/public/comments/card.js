/** One comment on the page of an article. */

import { date, element } from '../dom.js';

/**
 * The card of a comment, as the API tells it: {id, body, createdAt}. `remove` is a function that takes the comment
 * down, to be called when the visitor presses the sign for it.
 */
export function commentCard({ body, createdAt }, remove) {
  const cross = element(
    'button',
    { type: 'button', title: 'Delete this comment', onclick: () => remove() },
    element('i', { class: 'ion-trash-a' }, '✕'),
  );
  const words = element('div', { class: 'card-block' }, element('p', {}, body));
  const foot = element(
    'div',
    { class: 'card-footer' },
    date(createdAt),
    element('span', { class: 'mod-options' }, cross),
  );
  return element('div', { class: 'card' }, words, foot);
}
