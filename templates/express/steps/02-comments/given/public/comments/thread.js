/** The comments under an article, oldest first, and the form for a new comment. */

import { ApiError, ask } from '../api.js';
import { element, errorList } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { commentCard } from './card.js';

put('under-article', (article) => {
  const path = `/articles/${encodeURIComponent(article.slug)}/comments`;
  const list = element('div');
  let comments = [];

  const draw = () => {
    list.replaceChildren(...comments.map((comment) => commentCard(comment, () => remove(comment))));
  };

  const load = async () => {
    ({ comments } = await ask('GET', path));
    draw();
  };

  const add = (comment) => {
    if (comments.some(({ id }) => id === comment.id)) return;
    comments = [...comments, comment];
    draw();
  };

  const remove = async (comment) => {
    try {
      await ask('DELETE', `${path}/${comment.id}`);
      comments = comments.filter((other) => other !== comment);
      draw();
    } catch (error) {
      showError(error);
    }
  };

  const showError = (error) => {
    if (!(error instanceof ApiError)) throw error;
    list.querySelector('.error-messages')?.remove();
    list.prepend(errorList(error.messages));
  };

  const post = async ({ body }, form) => {
    const { comment } = await ask('POST', path, { comment: { body } });
    form.reset();
    add(comment);
  };

  const section = element(
    'section',
    { class: 'comments', id: 'comments', 'aria-label': 'Comments' },
    list,
    commentForm(post),
  );
  load().catch(showError);
  listen(`/api${path}/live`, section, add);
  return section;
});

/** Add the comments that other visitors post, as long as the page is open. If the API can't send them, do nothing. */
function listen(url, section, add) {
  if (typeof EventSource === 'undefined') return;
  const events = new EventSource(url);
  events.onmessage = ({ data }) => {
    if (section.isConnected) add(JSON.parse(data));
    else events.close();
  };
}

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
      element('button', { class: 'btn btn-sm btn-primary', type: 'submit' }, 'Post Comment'),
    ),
  );
}
