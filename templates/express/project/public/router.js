/** Which page belongs to which address, and going from one to the other. */

import { ApiError } from './api.js';
import { element, errorList } from './dom.js';
import { fill } from './places.js';

const routes = [];
let latest = 0;

/**
 * Have `draw` called for addresses like this one: '/article/:slug'. It is given {params, query, path}, and gives
 * back a promise of {title, content}; where it throws an ApiError, its messages are the page, which then has the
 * class `className`, too.
 */
export function page(pattern, draw, className = '') {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const shape = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`);
  routes.push({ shape, names, draw, className });
}

/** Go to another address of the site, as a link does. */
export async function goTo(address) {
  history.pushState({}, '', address);
  await show();
  window.scrollTo(0, 0);
}

/** Draw the page of the present address. A page that is late, because the visitor has gone on, is not shown. */
export async function show() {
  const turn = (latest += 1);
  const instead = fill('guard', location.pathname + location.search).find(Boolean);
  if (instead) history.replaceState({}, '', instead);
  const { title, content } = await drawn(location);
  if (turn !== latest) return;
  const site = document.querySelector('.navbar-brand').textContent;
  document.title = title ? `${title} · ${site}` : site;
  document
    .querySelector('nav.navbar .nav')
    .replaceChildren(navLink('/', 'Home'), ...fill('navigation').flat().filter(Boolean));
  document.querySelector('main').replaceChildren(content);
}

/** A link of the bar, which knows whether it leads to the page that is shown. */
export function navLink(address, ...words) {
  const here = location.pathname === address;
  const attributes = here
    ? { class: 'nav-link active', 'aria-current': 'page' }
    : { class: 'nav-link' };
  return element('a', { ...attributes, href: address }, ...words);
}

/** From now on, links within the site and the browser's Back change the page without loading it anew. */
export function followLinks() {
  window.addEventListener('popstate', () => show());
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="/"]');
    const isOrdinary =
      event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !isOrdinary || event.defaultPrevented || link.target) return;
    event.preventDefault();
    goTo(link.getAttribute('href'));
  });
}

async function drawn({ pathname, search }) {
  let kind = '';
  try {
    for (const { shape, names, draw, className } of routes) {
      const values = shape.exec(pathname)?.slice(1).map(decodeURIComponent);
      if (!values) continue;
      kind = className;
      const params = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      return await draw({ params, query: new URLSearchParams(search), path: pathname });
    }
    return problem('404', 'Not Found', ['There is no page at this address.']);
  } catch (error) {
    if (error instanceof URIError)
      return problem('404', 'Not Found', ['There is no page at this address.']);
    if (!(error instanceof ApiError)) throw error;
    return error.status === 404
      ? problem('404', 'Not Found', error.messages, kind)
      : problem('', 'That did not work', error.messages, kind);
  }
}

function problem(code, title, messages, className = '') {
  const content = element(
    'div',
    { class: `error-page ${className}`.trim() },
    element(
      'div',
      { class: 'container page narrow' },
      element('p', { class: 'error-code', 'aria-hidden': 'true' }, code),
      element('h1', {}, title),
      errorList(messages),
      element('p', {}, element('a', { href: '/' }, 'Back to the articles')),
    ),
  );
  return { title, content };
}
