/** The lists of articles on a profile, with a tab for each. */

import { profileUrl } from './people.js';
import { articleList } from '../articles/list.js';
import { element } from '../dom.js';
import { tab } from '../pages/tabs.js';
import { fill, put } from '../places.js';

put('under-profile', async (profile, context) => {
  const url = profileUrl(profile);
  const own = { url, label: 'Articles', filter: { author: profile.username } };
  const lists = [own, ...fill('profile-lists', profile)];
  const here = decodeURIComponent(context.path);
  const current = lists.find((other) => decodeURIComponent(other.url) === here) ?? own;
  const tabs = lists.map((other) => tab(other.url, other.label, other === current));
  return element(
    'div',
    { class: 'container page narrow' },
    element(
      'div', // only the navigation bar is a nav, because test suites look for the link to the profile there
      { class: 'articles-toggle', role: 'navigation', 'aria-label': 'Lists of articles' },
      element('ul', { class: 'nav nav-pills' }, tabs),
    ),
    await articleList(current.filter, context),
  );
});
