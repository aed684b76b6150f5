/** The settings of the signed-in user, and the links to the settings and the profile. */

import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { picture, profileUrl } from '../profiles/people.js';
import '../profiles/profile.js';
import { goTo, navLink, page } from '../router.js';
import { EMAIL, field, formPage } from './form.js';
import { currentUser, needsAccount, signOut, signedInAs } from './session.js';

const LONGEST = 2000;

put('user-links', (user) => [
  navLink('/settings', 'Settings'),
  navLink(profileUrl(user), picture(user, 'user-pic'), ' ', user.username),
]);

needsAccount('/settings');
page('/settings', () => {
  const user = currentUser();
  const bio = { id: 'bio', name: 'bio', rows: 6, maxlength: LONGEST };
  const { content } = formPage('Your Settings', save, [
    field('URL of your picture', { name: 'image', value: user.image, maxlength: LONGEST }),
    field('Username', {
      name: 'username',
      value: user.username,
      autocomplete: 'username',
      maxlength: 50,
    }),
    element('label', { for: 'bio' }, 'About you'),
    element('textarea', { ...bio, placeholder: 'Short bio about you' }, user.bio ?? ''),
    field('E-mail', { ...EMAIL, value: user.email }),
    field('New password', { name: 'password', type: 'password', autocomplete: 'new-password' }),
    element('small', {}, 'Leave this field empty to keep your password.'),
  ]);
  content.className = 'settings-page';
  content.querySelector('button').textContent = 'Update Settings';
  const attributes = { class: 'btn btn-outline-danger', type: 'submit' };
  const button = element('button', attributes, 'Or click here to logout');
  content.firstChild.append(element('hr'), element('form', { onsubmit: sending(leave) }, button));
  return { title: 'Settings', content };
});

async function save({ password, ...others }) {
  const user = password === '' ? others : { ...others, password };
  signedInAs((await ask('PUT', '/user', { user })).user);
  await goTo(profileUrl(currentUser()));
}

async function leave() {
  signOut();
  await goTo('/');
}
