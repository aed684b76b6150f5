/** Creating elements. A text in an element stays text, so nothing that a user typed can run. */

/**
 * An element, for example `element('a', { class: 'tag', href: '/tag/tea' }, 'tea')`.
 *
 * If an attribute is a function, it listens to an event (`onclick: press`). If it is true, it has no value. If an
 * attribute or a child is false, null or undefined, it is left out. Children can be lists.
 */
export function element(name, attributes = {}, ...children) {
  const created = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') created.addEventListener(attribute.replace(/^on/, ''), value);
    else if (value === true) created.setAttribute(attribute, '');
    else if (value !== false && value !== null && value !== undefined) created.setAttribute(attribute, value);
  }
  const isShown = (child) => child !== null && child !== undefined && child !== false;
  created.append(...children.flat(Infinity).filter(isShown));
  return created;
}

/** A list of error messages, or null if there are none. */
export function errorList(messages) {
  if (messages.length === 0) return null;
  const items = messages.map((message) => element('li', {}, message));
  return element('div', { role: 'alert' }, element('ul', { class: 'error-messages' }, items));
}

const days = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

/** A time as a date, for example "November 3, 2026". */
export function date(time, className) {
  return element('time', { datetime: time, class: className }, days.format(new Date(time)));
}

/** A form whose only element is a button. `send` is called when a visitor clicks the button. */
export function buttonForm(label, className, send) {
  return element('form', { onsubmit: sending(send) }, element('button', { class: className, type: 'submit' }, label));
}

/**
 * A function that handles a submitted form: `onsubmit: sending(async (values) => { … })`. `values` are the fields by
 * name. If the API rejects the values, the messages appear above the form, and the typed text stays.
 */
export function sending(send) {
  return async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const button = form.querySelector('button[type=submit]');
    form.querySelector('[role=alert]')?.remove();
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      if (!error.messages) throw error;
      form.prepend(errorList(error.messages));
    } finally {
      button.disabled = false;
    }
  };
}
