/** A page with one form. */

import { element } from '../dom.js';
import { sending } from '../forms.js';

/** The attributes of a field for an e-mail. */
export const EMAIL = { name: 'email', type: 'email', autocomplete: 'email', maxlength: 200 };

/** A page with a heading and a form. `send` gets the values of the fields. */
export function formPage(title, send, fields) {
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

/** A field with its label. */
export function field(label, attributes) {
  const id = attributes.name;
  return [element('label', { for: id }, label), element('input', { id, ...attributes })];
}
