/** The About page, and the link to it. */

import { ask } from '../api.js';
import { element } from '../dom.js';
import { put } from '../places.js';
import { navLink, page } from '../router.js';

put('navigation', () => navLink('/about', 'About'));

page('/about', async () => {
  const { about } = await ask('GET', '/about');
  const content = element(
    'div',
    { class: 'container page narrow' },
    element('h1', {}, 'About'),
    element('p', {}, 'Write to us: ', about.contactEmail),
  );
  return { title: 'About', content };
});
