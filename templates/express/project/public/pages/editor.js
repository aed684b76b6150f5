/** The editor, which creates and changes articles. */

import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { fill } from '../places.js';
import { goTo } from '../router.js';

export async function drawEditor({ params }) {
  const old =
    params.slug && (await ask('GET', `/articles/${encodeURIComponent(params.slug)}`)).article;
  const title = old ? 'Edit Article' : 'New Article';
  const more = {}; // other parts of the site add functions here, which return the values of their fields
  const save = async ({ title, description, body }) => {
    const others = Object.entries(more).map(([name, read]) => [name, read()]);
    const article = { title, description, body, ...Object.fromEntries(others) };
    const answer = await (old
      ? ask('PUT', `/articles/${old.slug}`, { article })
      : ask('POST', '/articles', { article }));
    await goTo(`/article/${answer.article.slug}`);
  };
  const form = element(
    'form',
    { class: 'form', onsubmit: sending(save), novalidate: true },
    label('title', 'Title'),
    element('input', { id: 'title', name: 'title', placeholder: 'Article Title', maxlength: 200 }),
    label('description', 'Description'),
    element('input', {
      id: 'description',
      name: 'description',
      placeholder: "What's this article about?",
      maxlength: 500,
    }),
    label('body', 'Text'),
    element('textarea', {
      id: 'body',
      name: 'body',
      rows: 14,
      placeholder: 'Write your article (in markdown)',
      maxlength: 50000,
    }),
    fill('in-editor', old ?? {}, more),
    element('button', { class: 'btn btn-lg btn-primary', type: 'submit' }, 'Publish Article'),
  );
  for (const name of ['title', 'description', 'body']) {
    form.querySelector(`[name=${name}]`).value = old?.[name] ?? '';
  }
  const page = element('div', { class: 'container page narrow' }, element('h1', {}, title), form);
  return { title, content: element('div', { class: 'editor-page' }, page) };
}

function label(field, words) {
  return element('label', { for: field }, words);
}
