/** Accounts in the browser: the pages to sign up and to sign in, and the links in the navigation bar. */

import { ask } from '../api.js';
import { element } from '../dom.js';
import { fill, put } from '../places.js';
import { goTo, navLink, page } from '../router.js';
import { EMAIL, field, formPage } from './form.js';
import { currentUser, isUnavailable, signOut, signedInAs } from './session.js';

put('navigation', () => {
  if (isUnavailable()) return element('span', { class: 'nav-link', role: 'status' }, 'Connecting…');
  const user = currentUser();
  if (user === null) return [navLink('/login', 'Sign in'), navLink('/register', 'Sign up')];
  const links = fill('user-links', user);
  const name = element('span', { class: 'nav-link' }, user.username);
  const button = { type: 'button', class: 'nav-link', onclick: leave };
  return [links.length > 0 ? links : name, element('button', button, 'Sign out')].flat(2);
});

page('/register', () => {
  return formPage('Sign up', register, [
    field('Username', { name: 'username', autocomplete: 'username', maxlength: 50 }),
    field('E-mail', EMAIL),
    field('Password', { name: 'password', type: 'password', autocomplete: 'new-password' }),
    element('small', {}, 'At least 8 characters.'),
  ]);
});

page('/login', () => {
  return formPage('Sign in', login, [
    field('E-mail', EMAIL),
    field('Password', { name: 'password', type: 'password', autocomplete: 'current-password' }),
  ]);
});

async function register(user) {
  signedInAs((await ask('POST', '/users', { user })).user);
  await goTo('/');
}

async function login(user) {
  signedInAs((await ask('POST', '/users/login', { user })).user);
  await goTo('/');
}

async function leave() {
  signOut();
  await goTo('/');
}
