/** The link to edit an article, and the button to delete it. */

import { isMine } from '../accounts/session.js';
import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { goTo } from '../router.js';

put(
  'actions',
  (article) =>
    isMine(article) && [
      element(
        'a',
        { class: 'btn btn-outline-secondary', href: `/editor/${article.slug}` },
        'Edit Article',
      ),
      element(
        'form',
        {
          onsubmit: sending(async () => {
            await ask('DELETE', `/articles/${article.slug}`);
            await goTo('/');
          }),
        },
        element('button', { class: 'btn btn-outline-danger', type: 'submit' }, 'Delete Article'),
      ),
    ],
);
