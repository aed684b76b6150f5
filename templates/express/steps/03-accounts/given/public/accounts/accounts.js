/** Accounts in the browser: the pages to sign up and in, the settings, and the links in the bar. */

import { ask } from '../api.js';
import { element } from '../dom.js';
import { sending } from '../forms.js';
import { put } from '../places.js';
import { goTo, navLink, page } from '../router.js';
import '../profiles/profile.js';
import { picture, profileAddress } from './people.js';
import { currentUser, isUnavailable, needsAccount, signOut, signedInAs } from './session.js';

const MAIL = { name: 'email', type: 'email', autocomplete: 'email', maxlength: 200 };

put('navigation', () => {
  if (isUnavailable()) return element('span', { class: 'nav-link', role: 'status' }, 'Connecting…');
  const user = currentUser();
  if (user === null) return [navLink('/login', 'Sign in'), navLink('/register', 'Sign up')];
  const address = profileAddress(user);
  return [
    navLink('/settings', 'Settings'),
    navLink(address, picture(user, 'user-pic'), ' ', user.username),
  ];
});

page('/register', () => {
  return formPage('Sign up', register, [
    field('Name', { name: 'username', autocomplete: 'username', maxlength: 50 }),
    field('E-mail', MAIL),
    field('Password', { name: 'password', type: 'password', autocomplete: 'new-password' }),
    element('small', {}, '8 characters or more. A sentence makes a good one.'),
  ]);
});

page('/login', () => {
  return formPage('Sign in', login, [
    field('E-mail', MAIL),
    field('Password', { name: 'password', type: 'password', autocomplete: 'current-password' }),
  ]);
});

needsAccount('/settings');
page('/settings', () => {
  const user = currentUser();
  const about = {
    id: 'bio',
    name: 'bio',
    rows: 6,
    maxlength: 5000,
    placeholder: 'Short bio about you',
  };
  const { content } = formPage('Your Settings', save, [
    field('Address of your picture', {
      name: 'image',
      value: user.image,
      maxlength: 2000,
      placeholder: 'URL of profile picture',
    }),
    field('Name', {
      name: 'username',
      value: user.username,
      autocomplete: 'username',
      maxlength: 50,
    }),
    element('label', { for: 'bio' }, 'About you'),
    element('textarea', about, user.bio ?? ''),
    field('E-mail', { ...MAIL, value: user.email }),
    field('New password', { name: 'password', type: 'password', autocomplete: 'new-password' }),
    element('small', {}, 'Leave it empty to keep the one you have.'),
  ]);
  content.className = 'settings-page';
  content.querySelector('button').textContent = 'Update Settings';
  const leave = { class: 'btn btn-outline-danger', type: 'submit' };
  const button = element('button', leave, 'Or click here to logout');
  content.firstChild.append(element('hr'), element('form', { onsubmit: sending(logout) }, button));
  return { title: 'Settings', content };
});

async function register(user) {
  signedInAs((await ask('POST', '/users', { user })).user);
  await goTo('/');
}

async function login(user) {
  signedInAs((await ask('POST', '/users/login', { user })).user);
  await goTo('/');
}

async function save({ password, ...others }) {
  const user = password === '' ? others : { ...others, password };
  signedInAs((await ask('PUT', '/user', { user })).user);
  await goTo(profileAddress(currentUser()));
}

async function logout() {
  signOut();
  await goTo('/');
}

function formPage(title, send, fields) {
  const button = element('button', { class: 'btn btn-lg btn-primary', type: 'submit' }, title);
  const form = element(
    'form',
    { class: 'form', onsubmit: sending(send), novalidate: true },
    fields,
    button,
  );
  const heading = element('h1', {}, title);
  const box = element('div', { class: 'container page narrow' }, heading, form);
  return { title, content: element('div', { class: 'auth-page' }, box) };
}

function field(words, attributes) {
  const id = attributes.name;
  return [element('label', { for: id }, words), element('input', { id, ...attributes })];
}
