/** Making elements. Texts become text and never HTML, so that nothing that somebody typed can run. */

/**
 * An element: `element('a', { class: 'tag', href: '/tag/tea' }, 'tea')`.
 *
 * An attribute that is a function listens to an event (`onclick: press`); one that is true stands there without a
 * value; one that is false, null or undefined is left out, as are such children. Lists of children are taken apart.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(attribute.replace(/^on/, ''), value);
    else if (value === true) made.setAttribute(attribute, '');
    else if (value !== false && value !== null && value !== undefined)
      made.setAttribute(attribute, value);
  }
  made.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false),
  );
  return made;
}

/** A list of messages about what went wrong; nothing where there is none. */
export function errorList(messages) {
  if (messages.length === 0) return null;
  return element(
    'ul',
    { class: 'error-messages', role: 'alert' },
    messages.map((message) => element('li', {}, message)),
  );
}

const days = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

/** A moment as people write it: "November 3, 2026". */
export function date(moment, attributes) {
  const words = days.format(new Date(moment));
  return element('time', { datetime: moment, ...attributes }, words);
}
