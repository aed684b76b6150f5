/** The pages to sign up and in, and the settings. */

import { ask, offers } from './api.js';
import { buttonForm, element, sending } from './dom.js';
import { profileUrl } from './lists.js';
import { goTo } from './router.js';
import { currentUser, signedInAs, signOut } from './session.js';

const EMAIL = { name: 'email', type: 'email', autocomplete: 'email', maxlength: 200 };
const USERNAME = { name: 'username', autocomplete: 'username', maxlength: 50 };

export function showRegister() {
  return formPage('Sign up', 'Sign up', register, [
    field('Username', USERNAME),
    field('E-mail', EMAIL),
    field('Password', { name: 'password', type: 'password', autocomplete: 'new-password' }),
    element('small', {}, 'At least 8 characters. A sentence is a good password.'),
  ]);
}

export function showLogin() {
  return formPage('Sign in', 'Sign in', login, [
    field('E-mail', EMAIL),
    field('Password', { name: 'password', type: 'password', autocomplete: 'current-password' }),
  ]);
}

export function showSettings() {
  const user = currentUser();
  const bio = { id: 'bio', name: 'bio', rows: 6, maxlength: 2000, placeholder: 'Short bio about you' };
  const page = formPage('Your Settings', 'Update Settings', save, [
    field('URL of your picture', { name: 'image', value: user.image, maxlength: 2000, placeholder: 'URL of profile picture' }),
    field('Username', { ...USERNAME, value: user.username }),
    element('label', { for: 'bio' }, 'Bio'),
    element('textarea', bio, user.bio ?? ''),
    field('E-mail', { ...EMAIL, value: user.email }),
    field('New password', { name: 'password', type: 'password', autocomplete: 'new-password' }),
    element('small', {}, 'If this field is empty, your password stays.'),
  ]);
  const box = page.content.firstChild;
  box.append(element('hr'), buttonForm('Or click here to logout', 'btn btn-outline-danger', leave));
  return page;
}

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
  await goTo(offers('GET /profiles/*') ? profileUrl(currentUser()) : '/settings');
}

export async function leave() {
  await signOut();
  await goTo('/');
}

function formPage(title, label, send, fields) {
  const button = element('button', { class: 'btn btn-lg btn-primary', type: 'submit' }, label);
  const form = element('form', { class: 'form', onsubmit: sending(send), novalidate: true }, fields, button);
  const box = element('div', { class: 'container page narrow' }, element('h1', {}, title), form);
  return { title, content: element('div', { class: 'auth-page' }, box) };
}

function field(label, attributes) {
  const id = attributes.name;
  return [element('label', { for: id }, label), element('input', { id, ...attributes })];
}
