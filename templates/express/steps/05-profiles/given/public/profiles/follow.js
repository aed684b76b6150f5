/** The button that follows somebody, or stops it: on their profile, and on what they wrote. */

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
  const words = `${profile.following ? 'Unfollow' : 'Follow'} ${profile.username}`;
  const attributes = { class: 'btn btn-sm btn-outline-secondary', type: 'submit' };
  return element(
    'form',
    { onsubmit: sending(turn(profile)) },
    element('button', attributes, words),
  );
}

const turn = (profile) => async (values, form) => {
  if (currentUser() === null) return goTo('/login');
  const address = `/profiles/${encodeURIComponent(profile.username)}/follow`;
  const answer = await ask(profile.following ? 'DELETE' : 'POST', address);
  const turned = followButton(answer.profile);
  form.replaceWith(turned);
  turned.querySelector('button').focus(); // for who goes on with the keyboard
};
