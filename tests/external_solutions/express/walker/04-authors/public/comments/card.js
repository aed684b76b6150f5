/** One comment on the page of an article. */

import { picture, profileAddress } from '../accounts/people.js';
import { date, element } from '../dom.js';

/**
 * The card of a comment, as the API tells it: {id, body, createdAt, author}. `remove` is a function that takes the
 * comment down, to be called when the visitor presses the sign for it; without one, there is no sign.
 */
export function commentCard({ body, createdAt, author }, remove) {
  const words = element('div', { class: 'card-block' }, element('p', {}, body));
  const foot = element(
    'div',
    { class: 'card-footer' },
    author && byline(author),
    date(createdAt),
    remove && cross(remove),
  );
  return element('div', { class: 'card' }, words, foot);
}

function byline(author) {
  return [
    picture(author, 'comment-author-img'),
    element('a', { class: 'comment-author', href: profileAddress(author) }, author.username),
  ];
}

function cross(remove) {
  const sign = element('i', { class: 'ion-trash-a' }, '✕');
  const attributes = { type: 'button', title: 'Delete this comment', onclick: () => remove() };
  return element('span', { class: 'mod-options' }, element('button', attributes, sign));
}
