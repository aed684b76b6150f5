/** The lists of articles on a profile, with a tab for each. */

import { profileAddress } from '../accounts/people.js';
import { articleList } from '../articles/list.js';
import { element } from '../dom.js';
import { tab } from '../pages/tabs.js';
import { fill, put } from '../places.js';

put('under-profile', async (profile, context) => {
  const address = profileAddress(profile);
  const own = { address, words: 'Articles', filter: { author: profile.username } };
  const lists = [own, ...fill('profile-lists', profile)];
  const here = decodeURIComponent(context.path);
  const current = lists.find((one) => decodeURIComponent(one.address) === here) ?? own;
  const tabs = lists.map((one) => tab(one.address, one.words, one === current));
  return element(
    'div',
    { class: 'container page narrow' },
    element(
      'div', // the bar alone is a nav: suites look for the link to one's profile there
      { class: 'articles-toggle', role: 'navigation', 'aria-label': 'Lists of articles' },
      element('ul', { class: 'nav nav-pills' }, tabs),
    ),
    await articleList(current.filter, context),
  );
});
