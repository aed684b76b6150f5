/** The pages and their URLs. */

import { ApiError, site } from './api.js';
import { element, errorList } from './dom.js';

const routes = [];
let latest = 0;
let navigation = () => [];
let redirect = () => null;

/**
 * Add a page: `page('/article/:slug', showArticle)`. The function gets { params, query, path } and returns a promise
 * of { title, content }. If it throws an ApiError, the page shows the messages.
 */
export function page(pattern, render, className = '') {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const shape = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`);
  routes.push({ shape, names, render, className });
}

/** Set the functions that return the links of the navigation bar, and the URL to show instead of another one. */
export function configure(options) {
  ({ navigation, redirect } = options);
}

/** Open another URL of the site. */
export async function goTo(url) {
  history.pushState({}, '', url);
  await show();
  window.scrollTo(0, 0);
}

/** Show the page of the current URL. If the visitor opens another page before this one is ready, don't show it. */
export async function show() {
  const turn = (latest += 1);
  const other = redirect(location);
  if (other) history.replaceState({}, '', other);
  const { title, content } = await rendered(location);
  if (turn !== latest) return;
  document.title = title ? `${title} · ${site.title}` : site.title;
  const links = navigation().flat(Infinity).filter(Boolean);
  document.querySelector('nav.navbar .nav').replaceChildren(navLink('/', 'Home'), ...links);
  document.querySelector('main').replaceChildren(content);
}

/** A link of the navigation bar, which is active on its own page. */
export function navLink(url, ...children) {
  const isHere = location.pathname === url;
  const attributes = { class: isHere ? 'nav-link active' : 'nav-link', 'aria-current': isHere && 'page' };
  return element('a', { ...attributes, href: url }, ...children);
}

/** Let links of the site and the browser's Back button change the page without loading it again. */
export function followLinks() {
  window.addEventListener('popstate', () => show());
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="/"]');
    const hasKey = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    const isOther = link && /^\/(api|docs)\b/.test(link.getAttribute('href'));
    if (!link || isOther || event.button !== 0 || hasKey || event.defaultPrevented || link.target) return;
    event.preventDefault();
    goTo(link.getAttribute('href'));
  });
}

async function rendered({ pathname, search }) {
  let found = null;
  try {
    for (const route of routes) {
      const values = route.shape.exec(pathname)?.slice(1).map(decodeURIComponent);
      if (!values) continue;
      found = route;
      const params = Object.fromEntries(route.names.map((name, index) => [name, values[index]]));
      return await route.render({ params, query: new URLSearchParams(search), path: pathname });
    }
  } catch (error) {
    if (error instanceof ApiError && error.status !== 404) {
      return problem('', 'This page has an error', error.messages, found.className);
    }
    if (!(error instanceof ApiError) && !(error instanceof URIError)) throw error;
  }
  return problem('404', 'Not Found', ['This page does not exist.'], found?.className);
}

function problem(code, title, messages, className = '') {
  const content = element(
    'div',
    { class: `error-page ${className}`.trim() },
    element(
      'div',
      { class: 'container page narrow' },
      code && element('p', { class: 'error-code', 'aria-hidden': 'true' }, code),
      element('h1', {}, title),
      errorList(messages),
      element('p', {}, element('a', { href: '/' }, 'Back to the articles')),
    ),
  );
  return { title, content };
}
