/** The front end: a program that runs in the browser and uses the API. Each page has a URL and a function. */

import { leave, showLogin, showRegister, showSettings } from './accounts.js';
import { ask, needsToken, offers, readDescription, site } from './api.js';
import { showArticle } from './article.js';
import { buttonForm, element } from './dom.js';
import { showEditor } from './editor.js';
import { picture, profileUrl, showList } from './lists.js';
import { showProfile } from './profile.js';
import { configure, followLinks, navLink, page, show } from './router.js';
import { canUse, connect, currentUser, isUnavailable } from './session.js';

await readDescription();
document.querySelector('.navbar-brand').textContent = site.title;
document.querySelector('.site-footer .logo-font').textContent = site.title;
document.querySelector('.site-author').textContent = site.author && `, a site by ${site.author}`;

page('/', showList);
page('/article/:slug', showArticle, 'article-page');
page('/editor', showEditor);
page('/editor/:slug', showEditor);
if (offers('GET /about')) page('/about', showAbout);
if (offers('GET /tags')) page('/tag/:tag', showList);
if (offers('GET /drafts')) page('/drafts', showList);
if (offers('POST /users')) page('/register', showRegister);
if (offers('POST /users/login')) page('/login', showLogin);
if (offers('PUT /user')) page('/settings', showSettings);
if (offers('GET /profiles/*')) page('/profile/:name', showProfile, 'profile-page');
if (offers('GET /articles', 'favorited')) page('/profile/:name/favorites', showProfile, 'profile-page');

configure({
  navigation: () => [
    canUse('POST /articles') && navLink('/editor', 'New Article'),
    canUse('GET /drafts') && navLink('/drafts', 'Drafts'),
    ...accountLinks(),
    offers('GET /about') && navLink('/about', 'About'),
  ],
  redirect: ({ pathname, search }) => {
    if (isUnavailable()) connect().then(() => isUnavailable() || show());
    const isForUsers =
      pathname === '/settings' ||
      (/^\/editor\b/.test(pathname) && needsToken('POST /articles')) ||
      (pathname === '/drafts' && needsToken('GET /drafts')) ||
      (pathname === '/' && new URLSearchParams(search).get('feed') === 'following');
    return isForUsers && !currentUser() ? '/login' : null;
  },
});

function accountLinks() {
  if (isUnavailable()) return [element('span', { class: 'nav-link', role: 'status' }, 'Connecting…')];
  const user = currentUser();
  if (!user) {
    return [
      offers('POST /users/login') && navLink('/login', 'Sign in'),
      offers('POST /users') && navLink('/register', 'Sign up'),
    ];
  }
  if (!offers('PUT /user')) {
    return [element('span', { class: 'nav-link' }, user.username), buttonForm('Sign out', 'btn btn-sm', leave)];
  }
  return [navLink('/settings', 'Settings'), navLink(profileUrl(user), picture(user, 'user-pic'), ' ', user.username)];
}

async function showAbout() {
  const { about } = await ask('GET', '/about');
  const box = element(
    'div',
    { class: 'container page narrow' },
    element('h1', {}, 'About'),
    element('p', {}, `${about.author} writes ${about.title}.`),
    element('p', {}, 'Write to ', element('a', { href: `mailto:${about.contactEmail}` }, about.contactEmail), '.'),
    about.articlesCount !== undefined && element('p', {}, `The site has ${about.articlesCount} articles.`),
  );
  return { title: 'About', content: box };
}

await connect();
followLinks();
await show();
