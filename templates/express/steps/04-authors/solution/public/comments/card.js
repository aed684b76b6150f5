/** One comment on the page of an article. */

import { picture, profileAddress } from '../accounts/people.js';
import { date, element } from '../dom.js';

/**
 * The card of a comment, as the API tells it: {id, body, createdAt, author}. `remove` is a function that takes the
 * comment down, to be called when the visitor presses the sign for it; without one, there is no sign.
 */
export function commentCard(comment, remove) {
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-block' }, element('p', { class: 'card-text' }, comment.body)),
    element(
      'div',
      { class: 'card-footer' },
      comment.author ? by(comment.author) : null,
      date(comment.createdAt, { class: 'date-posted' }),
      remove ? element('span', { class: 'mod-options' }, button(remove)) : null,
    ),
  );
}

function by(author) {
  const name = element(
    'a',
    { class: 'comment-author', href: profileAddress(author) },
    author.username,
  );
  return [picture(author, 'comment-author-img'), name];
}

function button(remove) {
  const sign = element('i', { class: 'ion-trash-a' }, '✕');
  const attributes = { type: 'button', 'aria-label': 'Delete this comment', onclick: remove };
  return element('button', attributes, sign);
}
