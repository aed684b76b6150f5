/** The page of a user, with lists of articles. */

import { ask, offers } from './api.js';
import { buttonForm, element } from './dom.js';
import { articleList, picture, profileUrl, tab, tabList } from './lists.js';
import { goTo } from './router.js';
import { currentUser } from './session.js';

export async function showProfile({ params, query, path }) {
  const { profile } = await ask('GET', `/profiles/${encodeURIComponent(params.name)}`);
  const isOwn = profile.username === currentUser()?.username;
  const settings = { class: 'btn btn-sm btn-outline-secondary', href: '/settings' };
  const content = element(
    'div',
    { class: 'profile-page' },
    element(
      'header',
      { class: 'user-info' },
      element(
        'div',
        { class: 'container' },
        picture(profile, 'user-img'),
        element('h4', {}, profile.username),
        element('p', {}, profile.bio ?? ''),
        isOwn && element('a', settings, 'Edit Profile Settings'),
        followButton(profile),
      ),
    ),
    offers('GET /articles', 'author') && (await lists(profile, { query, path })),
  );
  return { title: profile.username, content };
}

async function lists(profile, context) {
  const url = profileUrl(profile);
  const isFavorites = context.path.endsWith('/favorites');
  const filter = isFavorites ? { favorited: profile.username } : { author: profile.username };
  const tabs = [
    tab(url, 'Articles', !isFavorites),
    offers('GET /articles', 'favorited') && tab(`${url}/favorites`, 'Favorited', isFavorites),
  ];
  const list = await articleList('/articles', filter, context);
  return element('div', { class: 'container page narrow' }, tabList('articles-toggle', tabs), list);
}

/** The button that follows or unfollows a user, or null. */
export function followButton(profile) {
  if (profile.following === undefined || profile.username === currentUser()?.username) return null;
  const change = async (_values, form) => {
    if (!currentUser()) return goTo('/login');
    const url = `/profiles/${encodeURIComponent(profile.username)}/follow`;
    const changed = followButton((await ask(profile.following ? 'DELETE' : 'POST', url)).profile);
    form.replaceWith(changed);
    return changed.querySelector('button').focus();
  };
  const label = `${profile.following ? 'Unfollow' : 'Follow'} ${profile.username}`;
  return buttonForm(label, 'btn btn-sm btn-outline-secondary', change);
}
