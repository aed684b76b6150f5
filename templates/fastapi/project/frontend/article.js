/** The page of an article, with its comments. */

import { ask, offers } from './api.js';
import { buttonForm, date, element, errorList, sending } from './dom.js';
import { articleMeta, nameLink, picture, tagList } from './lists.js';
import { markdown } from './markdown.js';
import { followButton } from './profile.js';
import { goTo } from './router.js';
import { canUse, currentUser, isMine } from './session.js';

export async function showArticle({ params }) {
  const { article } = await ask('GET', `/articles/${encodeURIComponent(params.slug)}`);
  const content = element(
    'div',
    { class: 'article-page' },
    element(
      'header',
      { class: 'banner' },
      element(
        'div',
        { class: 'container' },
        element('h1', {}, article.title),
        element('p', {}, article.description),
        articleMeta(article),
        element('div', { class: 'article-actions' }, actions(article)),
      ),
    ),
    element(
      'div',
      { class: 'container page' },
      element('div', { class: 'article-content' }, markdown(article.body)),
      tagList(article.tagList),
      offers('GET /articles/*/comments') && comments(article),
    ),
  );
  return { title: article.title, content };
}

function actions(article) {
  const remove = async () => {
    await ask('DELETE', `/articles/${article.slug}`);
    await goTo('/');
  };
  const isAllowed = canUse('PUT /articles/*') && isMine(article);
  return [
    article.author && followButton(article.author),
    isAllowed && element('a', { class: 'btn btn-outline-secondary', href: `/editor/${article.slug}` }, 'Edit Article'),
    isAllowed && buttonForm('Delete Article', 'btn btn-outline-danger', remove),
  ];
}

function comments(article) {
  const url = `/articles/${article.slug}/comments`;
  const list = element('div');

  const load = async () => {
    const answer = await ask('GET', url);
    list.replaceChildren(...answer.comments.map((comment) => commentCard(comment, remove)));
  };
  const remove = async (comment) => {
    await ask('DELETE', `${url}/${comment.id}`);
    await load();
  };
  const post = async ({ body }, form) => {
    await ask('POST', url, { comment: { body } });
    form.reset();
    await load();
  };

  load().catch((error) => {
    if (!error.messages) throw error;
    list.replaceChildren(errorList(error.messages));
  });
  const form = canUse('POST /articles/*/comments')
    ? commentForm(post)
    : element('p', { class: 'empty' }, 'Sign in to write a comment.');
  return element('section', { class: 'comments', id: 'comments', 'aria-label': 'Comments' }, list, form);
}

function commentCard(comment, remove) {
  const button = { type: 'submit', 'aria-label': 'Delete this comment' };
  const form = element(
    'form',
    { onsubmit: sending(() => remove(comment)) },
    element('button', button, element('i', { class: 'ion-trash-a' }, '✕')),
  );
  const isAllowed = canUse('DELETE /articles/*/comments/*') && isMine(comment);
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-block' }, element('p', { class: 'card-text' }, comment.body)),
    element(
      'div',
      { class: 'card-footer' },
      comment.author && [picture(comment.author, 'comment-author-img'), nameLink(comment.author, 'comment-author')],
      date(comment.createdAt, 'date-posted'),
      isAllowed && element('span', { class: 'mod-options' }, form),
    ),
  );
}

function commentForm(post) {
  const user = currentUser();
  const area = { name: 'body', rows: 3, maxlength: 5000, placeholder: 'Write a comment...', 'aria-label': 'Your comment' };
  return element(
    'form',
    { class: 'card comment-form', onsubmit: sending(post) },
    element('div', { class: 'card-block' }, element('textarea', area)),
    element(
      'div',
      { class: 'card-footer' },
      user && picture(user, 'comment-author-img'),
      element('button', { class: 'btn btn-sm btn-primary', type: 'submit' }, 'Post Comment'),
    ),
  );
}
