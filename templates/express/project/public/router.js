/** The pages and their URLs, and changing from one page to another. */

import { ApiError } from './api.js';
import { element, errorList } from './dom.js';
import { fill } from './places.js';

const routes = [];
let latest = 0;

/**
 * Call `draw` for URLs with this pattern, for example '/article/:slug'. `draw` gets {params, query, path}, and returns
 * {title, content} or a promise. If it throws an ApiError, the page shows the messages and has the class `className`.
 */
export function page(pattern, draw, className = '') {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const shape = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`);
  routes.push({ shape, names, draw, className });
}

/** Open another page of the site, as a link does. */
export async function goTo(url) {
  history.pushState({}, '', url);
  await show();
  window.scrollTo(0, 0);
}

/** Show the page of the current URL. If the visitor has opened another page in the meantime, don't show this one. */
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

/** A link in the navigation bar. It is active if it links to the current page. */
export function navLink(url, ...children) {
  const here = location.pathname === url;
  const attributes = here
    ? { class: 'nav-link active', 'aria-current': 'page' }
    : { class: 'nav-link' };
  return element('a', { ...attributes, href: url }, ...children);
}

/** Links of this site and the Back button change the page without loading it again. */
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
    return problem('404', 'Not Found', ["This page doesn't exist."]);
  } catch (error) {
    if (error instanceof URIError) return problem('404', 'Not Found', ["This page doesn't exist."]);
    if (!(error instanceof ApiError)) throw error;
    return error.status === 404
      ? problem('404', 'Not Found', error.messages, kind)
      : problem('', 'Something went wrong', error.messages, kind);
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
