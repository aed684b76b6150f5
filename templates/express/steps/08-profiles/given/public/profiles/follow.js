/** The button that follows or unfollows a user: on the profile, and on the page of an article. */

import { currentUser } from '../accounts/session.js';
import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { goTo } from '../router.js';

put('profile-actions', (profile) => followButton(profile));
put('actions', ({ author }) => (author ? followButton(author) : null));

function followButton(profile) {
  if (profile.following === undefined || profile.username === currentUser()?.username) return null;
  const label = `${profile.following ? 'Unfollow' : 'Follow'} ${profile.username}`;
  const attributes = { class: 'btn btn-sm btn-outline-secondary', type: 'submit' };
  return element(
    'form',
    { onsubmit: sending(toggle(profile)) },
    element('button', attributes, label),
  );
}

const toggle = (profile) => async (values, form) => {
  if (currentUser() === null) return goTo('/login');
  const path = `/profiles/${encodeURIComponent(profile.username)}/follow`;
  const answer = await ask(profile.following ? 'DELETE' : 'POST', path);
  const newForm = followButton(answer.profile);
  form.replaceWith(newForm);
  newForm.querySelector('button').focus(); // for people who use the keyboard
};
