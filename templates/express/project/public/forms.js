/** Forms that send a request to the API. The browser stays on the page. */

import { ApiError } from './api.js';
import { errorList } from './dom.js';

/**
 * A listener for `onsubmit`: `onsubmit: sending(async (values) => { … })`. `values` contains the fields by name. If the
 * API rejects the request, the reasons appear at the top of the form, and the form keeps the typed text.
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
