/** One comment on the page of an article. */

import { isMine } from '../accounts/session.js';
import { date, element } from '../dom.js';
import { picture, profileUrl } from '../profiles/people.js';

/**
 * The card of a comment. `comment` comes from the API: {id, body, createdAt, author}. The delete button calls `remove`.
 */
export function commentCard(comment, remove) {
  const { author } = comment;
  const icon = element('i', { class: 'ion-trash-a' }, '✕');
  const button = { type: 'button', 'aria-label': 'Delete this comment', onclick: remove };
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-block' }, element('p', { class: 'card-text' }, comment.body)),
    element(
      'div',
      { class: 'card-footer' },
      picture(author, 'comment-author-img'),
      element('a', { class: 'comment-author', href: profileUrl(author) }, author.username),
      date(comment.createdAt, { class: 'date-posted' }),
      isMine(comment) && element('span', { class: 'mod-options' }, element('button', button, icon)),
    ),
  );
}
