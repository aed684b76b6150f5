/** Tags in the browser: on cards and articles, in the editor, in the sidebar, and the page of a tag. */

import { ask } from '../api.js';
import { element } from '../dom.js';
import { listPage } from '../pages/home.js';
import { tab } from '../pages/tabs.js';
import { put } from '../places.js';
import { page } from '../router.js';
import { tagField } from './field.js';
import { tagUrl, tagList } from './list.js';

put('in-card', (article) => tagList(article.tagList ?? []));
put('after-text', (article) => tagList(article.tagList ?? []));
put('in-editor', (article, more) => {
  const { nodes, read } = tagField(article.tagList ?? []);
  more.tagList = read;
  return nodes;
});

page('/tag/:tag', async ({ params: { tag }, path, query }) => {
  return { title: `# ${tag}`, content: await listPage({ tag }, { path, query, tag }) };
});
put('more-tabs', ({ tag }) => tag && [tab(tagUrl(tag), `# ${tag}`, true)]);

put('sidebar', async () => {
  const { tags = [] } = await ask('GET', '/tags').catch(() => ({}));
  if (tags.length === 0) return null;
  const links = tags.map((tag) => {
    return element('a', { class: 'tag-pill tag-default', href: tagUrl(tag) }, tag);
  });
  const list = element('div', { class: 'tag-list' }, links);
  return element('section', { class: 'sidebar-box' }, element('h2', {}, 'Popular Tags'), list);
});
