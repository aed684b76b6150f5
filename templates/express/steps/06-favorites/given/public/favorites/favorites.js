/** Favorites in the browser: the button on cards and articles, and the list on a profile. */

import { profileAddress } from '../accounts/people.js';
import { currentUser } from '../accounts/session.js';
import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { drawProfile } from '../profiles/profile.js';
import { goTo, page } from '../router.js';
import { favoriteButton } from './button.js';

put('after-date', (article) => {
  if (article.favoritesCount === undefined) return null;
  return element(
    'form',
    { class: 'favorite', onsubmit: sending(turn(article)) },
    favoriteButton(article),
  );
});

page('/profile/:name/favorites', drawProfile, 'profile-page');
put('profile-lists', (profile) => ({
  address: `${profileAddress(profile)}/favorites`,
  words: 'Favorited',
  filter: { favorited: profile.username },
}));

/** What the form does when its button is pressed; the form then holds a new button. */
function turn(article) {
  let present = article;
  return async (values, form) => {
    if (currentUser() === null) return goTo('/login');
    const address = `/articles/${encodeURIComponent(present.slug)}/favorite`;
    const answer = await ask(present.favorited ? 'DELETE' : 'POST', address);
    present = answer.article;
    form.replaceChildren(favoriteButton(present));
    form.querySelector('button')?.focus(); // for who goes on with the keyboard
  };
}
