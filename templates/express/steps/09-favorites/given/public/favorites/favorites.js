/** Favorites in the browser: the button on cards and articles, and the list on a profile. */

import { currentUser } from '../accounts/session.js';
import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { profileUrl } from '../profiles/people.js';
import { drawProfile } from '../profiles/profile.js';
import { goTo, page } from '../router.js';
import { favoriteButton } from './button.js';

put('after-date', (article) => {
  if (article.favoritesCount === undefined) return null;
  return element(
    'form',
    { class: 'favorite', onsubmit: sending(toggle(article)) },
    favoriteButton(article),
  );
});

page('/profile/:name/favorites', drawProfile, 'profile-page');
put('profile-lists', (profile) => ({
  url: `${profileUrl(profile)}/favorites`,
  label: 'Favorited',
  filter: { favorited: profile.username },
}));

/** Favorite or unfavorite the article. Then the form shows a new button. */
function toggle(article) {
  let current = article;
  return async (values, form) => {
    if (currentUser() === null) return goTo('/login');
    const path = `/articles/${encodeURIComponent(current.slug)}/favorite`;
    const answer = await ask(current.favorited ? 'DELETE' : 'POST', path);
    current = answer.article;
    form.replaceChildren(favoriteButton(current));
    form.querySelector('button')?.focus(); // for people who use the keyboard
  };
}
