/** Forms that are sent to the API without leaving the page. */

import { ApiError } from './api.js';
import { errorList } from './dom.js';

/**
 * What a form does when it is sent: `onsubmit: sending(async (values) => { … })`. `values` are its fields by name.
 * Where the API refuses, the reasons appear on top of the form, and what was typed stays.
 */
export function sending(send) {
  return async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const button = form.querySelector('button[type=submit]');
    form.querySelector('.error-messages')?.remove();
    if (button) button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      form.prepend(errorList(error.messages));
    } finally {
      if (button) button.disabled = false;
    }
  };
}
