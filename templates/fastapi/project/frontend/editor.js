/** The editor, which publishes and changes articles. */

import { accepts, ask } from './api.js';
import { element, sending } from './dom.js';
import { goTo } from './router.js';

export async function showEditor({ params }) {
  const old = params.slug && (await ask('GET', `/articles/${encodeURIComponent(params.slug)}`)).article;
  const title = old ? 'Edit Article' : 'New Article';
  const tags = accepts('POST /articles', 'tagList') && tagField(old?.tagList ?? []);
  const hasDraft = accepts('POST /articles', 'draft');
  const save = async ({ title, description, body }, form) => {
    const article = { title, description, body };
    if (tags) article.tagList = tags.read();
    if (hasDraft) article.draft = form.querySelector('[name=draft]').checked;
    const answer = await (old
      ? ask('PUT', `/articles/${old.slug}`, { article })
      : ask('POST', '/articles', { article }));
    await goTo(`/article/${answer.article.slug}`);
  };
  const area = { id: 'body', name: 'body', rows: 14, maxlength: 50000 };
  const form = element(
    'form',
    { class: 'form', onsubmit: sending(save), novalidate: true },
    label('title', 'Title'),
    element('input', { id: 'title', name: 'title', placeholder: 'Article Title', maxlength: 200 }),
    label('description', 'Description'),
    element('input', { id: 'description', name: 'description', placeholder: "What's this article about?", maxlength: 500 }),
    label('body', 'Text'),
    element('textarea', { ...area, placeholder: 'Write your article (in markdown)' }),
    tags && tags.nodes,
    hasDraft && checkbox('draft', 'Draft', old?.draft),
    element('button', { class: 'btn btn-lg btn-primary', type: 'submit' }, 'Publish Article'),
  );
  for (const name of ['title', 'description', 'body']) form.querySelector(`[name=${name}]`).value = old?.[name] ?? '';
  const box = element('div', { class: 'container page narrow' }, element('h1', {}, title), form);
  return { title, content: element('div', { class: 'editor-page' }, box) };
}

const label = (field, text) => element('label', { for: field }, text);

function checkbox(name, text, isOn) {
  const box = element('input', { type: 'checkbox', id: name, name, checked: Boolean(isOn) });
  return element('div', { class: 'checkbox' }, box, ' ', label(name, text));
}

/** The field for tags. Enter or a comma adds a tag. */
function tagField(old) {
  const pills = element('div', { class: 'tag-list' });
  const read = () => [...pills.children].map((pill) => pill.dataset.tag);
  const input = element('input', {
    id: 'tags',
    placeholder: 'Enter tags',
    autocomplete: 'off',
    'aria-describedby': 'tags-help',
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ',') return;
      event.preventDefault(); // without this line, Enter sends the form
      take();
    },
  });

  function take() {
    for (const tag of input.value.split(',')) add(tag.trim());
    input.value = '';
  }

  function add(tag) {
    if (!tag || read().includes(tag)) return;
    const remove = () => {
      pill.remove();
      input.focus();
    };
    const onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      remove();
    };
    const button = { class: 'ion-close-round', role: 'button', tabindex: 0, 'aria-label': `Remove the tag ${tag}` };
    const icon = element('i', { ...button, onclick: remove, onkeydown }, '✕');
    const pill = element('span', { class: 'tag-pill tag-default', 'data-tag': tag }, icon, ` ${tag}`);
    pills.append(pill);
  }

  old.forEach(add);
  const help = element('small', { id: 'tags-help' }, 'Press Enter or type a comma after each tag.');
  return {
    nodes: [label('tags', 'Tags'), input, help, pills],
    read: () => {
      take(); // a tag that is still in the field counts too
      return read();
    },
  };
}
