/** Drafts in the browser: the page with the list, the checkbox in the editor, and the label on a draft. */

import { currentUser, needsAccount } from '../accounts/session.js';
import { articleList } from '../articles/list.js';
import { element } from '../dom.js';
import { put } from '../places.js';
import { navLink, page } from '../router.js';

needsAccount('/drafts');
put('navigation', () => currentUser() && navLink('/drafts', 'Drafts'));

page('/drafts', async (context) => {
  const list = await articleList({}, context, '/drafts');
  const content = element(
    'div',
    { class: 'container page narrow' },
    element('h1', {}, 'Drafts'),
    list,
  );
  return { title: 'Drafts', content };
});

put('in-editor', (article, more) => {
  const checkbox = element('input', { type: 'checkbox', name: 'draft', checked: article.draft });
  more.draft = () => checkbox.checked;
  return element(
    'label',
    { class: 'checkbox' },
    checkbox,
    ' Draft: only list it on the page of drafts',
  );
});

put('after-date', (article, { isPage }) => {
  return isPage && article.draft ? element('span', { class: 'draft-label' }, 'Draft') : null;
});
