/** Creating elements. A text stays text and never becomes HTML, so code that a visitor typed never runs. */

/**
 * Create an element: `element('a', { class: 'tag', href: '/tag/tea' }, 'tea')`.
 *
 * A function as an attribute listens to an event, for example `onclick: press`. The value true adds an attribute without
 * a value. Attributes and children that are false, null or undefined are left out. A child can also be a list of children.
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

/** A list of error messages, or null if there are no messages. */
export function errorList(messages) {
  if (messages.length === 0) return null;
  return element(
    'ul',
    { class: 'error-messages', role: 'alert' },
    messages.map((message) => element('li', {}, message)),
  );
}

const days = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

/** A time as people write it: "November 3, 2026". */
export function date(moment, attributes) {
  const words = days.format(new Date(moment));
  return element('time', { datetime: moment, ...attributes }, words);
}
