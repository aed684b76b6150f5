/** The profile of a user. */

import { currentUser } from '../accounts/session.js';
import { ask } from '../api.js';
import { element } from '../dom.js';
import { fill } from '../places.js';
import { page } from '../router.js';
import { picture } from './people.js';

page('/profile/:name', drawProfile, 'profile-page');

/** The profile of the user in the URL. `context` is {params, path, query}. */
export async function drawProfile(context) {
  const { profile } = await ask('GET', `/profiles/${encodeURIComponent(context.params.name)}`);
  const lists = await Promise.all(fill('under-profile', profile, context));
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
        profile.username === currentUser()?.username ? settingsLink() : null,
        fill('profile-actions', profile),
      ),
    ),
    lists,
  );
  return { title: profile.username, content };
}

function settingsLink() {
  const attributes = { class: 'btn btn-sm btn-outline-secondary', href: '/settings' };
  return element('a', attributes, 'Edit Profile Settings');
}
