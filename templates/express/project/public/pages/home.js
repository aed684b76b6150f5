/** The home page: the newest articles. */

import { articleList } from '../articles/list.js';
import { element } from '../dom.js';
import { fill } from '../places.js';
import { tabs } from './tabs.js';

export async function drawHome(context) {
  const { filter = {}, path } = fill('home-list', context).find(Boolean) ?? {};
  return { title: '', content: await listPage(filter, context, path) };
}

/** A page with a list of articles, for example the home page. */
export async function listPage(filter, context, path) {
  const [list, ...boxes] = await Promise.all([
    articleList(filter, context, path),
    ...fill('sidebar', context),
  ]);
  const site = document.querySelector('.navbar-brand').textContent;
  return element(
    'div',
    {},
    element(
      'header',
      { class: 'banner' },
      element(
        'div',
        { class: 'container' },
        element('h1', { class: 'logo-font' }, site),
        element('p', {}, 'A place to share what you know.'),
      ),
    ),
    element(
      'div',
      { class: 'container page home-page' },
      element('div', { class: 'feed' }, tabs(context), list),
      element('aside', { class: 'sidebar', 'aria-label': 'About this site' }, boxes, about(site)),
    ),
  );
}

function about(site) {
  const author = document.querySelector('meta[name=site-author]').content;
  const words = `A site by ${author}, built with Express. You can write articles in Markdown.`;
  return element(
    'section',
    { class: 'sidebar-box' },
    element('h2', {}, 'About'),
    element('p', {}, words),
  );
}
