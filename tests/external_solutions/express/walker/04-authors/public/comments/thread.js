/** The comments of an article, oldest first, and the form for the next one. */

import { picture } from '../accounts/people.js';
import { currentUser, isMine } from '../accounts/session.js';
import { ApiError, ask } from '../api.js';
import { element, errorList } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { commentCard } from './card.js';

put('under-article', (article) => {
  const address = `/articles/${encodeURIComponent(article.slug)}/comments`;
  const list = element('div');
  let comments = [];

  const draw = () => {
    list.replaceChildren(
      ...comments.map((comment) =>
        commentCard(comment, isMine(comment) ? () => remove(comment) : undefined),
      ),
    );
  };

  const load = async () => {
    ({ comments } = await ask('GET', address));
    draw();
  };

  const remove = async (comment) => {
    try {
      await ask('DELETE', `${address}/${comment.id}`);
      comments = comments.filter((one) => one !== comment);
      draw();
    } catch (error) {
      tell(error);
    }
  };

  const tell = (error) => {
    if (!(error instanceof ApiError)) throw error;
    list.querySelector('.error-messages')?.remove();
    list.prepend(errorList(error.messages));
  };

  const post = async ({ body }, form) => {
    await ask('POST', address, { comment: { body } });
    form.reset();
    await load();
  };

  load().catch(tell);
  return element(
    'section',
    { class: 'comments', id: 'comments', 'aria-label': 'Comments' },
    list,
    currentUser() ? commentForm(post) : null,
  );
});

function commentForm(post) {
  return element(
    'form',
    { class: 'card comment-form', onsubmit: sending(post) },
    element(
      'div',
      { class: 'card-block' },
      element('textarea', {
        name: 'body',
        rows: 3,
        maxlength: 5000,
        placeholder: 'Write a comment...',
        'aria-label': 'Your comment',
      }),
    ),
    element(
      'div',
      { class: 'card-footer' },
      picture(currentUser(), 'comment-author-img'),
      element('button', { class: 'btn btn-sm btn-primary', type: 'submit' }, 'Post Comment'),
    ),
  );
}
