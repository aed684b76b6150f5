/** Users have a profile, and they can change their name, picture and password. */

import { test } from 'node:test';

import { PASSWORD, expect, openSite, same } from './support/index.js';

const ERRORS = '.error-messages li';
const SETTINGS = 'form:has(textarea[name=bio])';
const SIGN_IN_LINK = 'nav.navbar a[href="/login"]';
const TAKEN = 'has already been taken';

/** Change these settings. */
function save(visitor, user) {
  return visitor.put('/api/user', { user });
}

/** Change these settings, and return the same visitor with the new name, e-mail, password and token. */
async function saved(visitor, user) {
  const { token, ...changed } = (await save(visitor, user)).is(200).body?.user ?? {};
  const { username: name, email } = changed;
  const password = user.password ?? visitor.password;
  return Object.assign(visitor.with(token), { name, email, password, changed });
}

function signIn(site, email, password) {
  return site.anonymous.post('/api/users/login', { user: { email, password } });
}

/** The profile of a user, as the API returns it. */
async function profileOf(visitor, name) {
  const reply = (await visitor.get(`/api/profiles/${encodeURIComponent(name)}`)).is(200);
  const { username, bio, image } = reply.body?.profile ?? {};
  return { username, bio, image };
}

test('Every user has a profile', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const bob = await site.register('Bob & Co, 100%?');

  for (const visitor of [ada, bob, site.anonymous]) {
    const profile = await profileOf(visitor, 'ada');
    same(profile, { username: 'ada', bio: null, image: null }, 'the profile of ada');
  }
  same((await profileOf(site, bob.name)).username, bob.name, 'the username of the other profile');
  const { body } = await site.get('/api/profiles/ada');
  expect(!('email' in body.profile), 'Expected no e-mail in a profile. Found it.');
});

test('A missing profile returns 404', async () => {
  const site = await openSite();
  await site.register('ada');
  await profileOf(site, 'ada');

  for (const name of ['nobody', 'Ada', 'ad', '%25'])
    (await site.get(`/api/profiles/${name}`)).isRejected(404, 'profile', 'not found');
});

test('The saved settings are used everywhere', async () => {
  const site = await openSite();
  const ada = await site.register('ada');

  const changed = await saved(ada, { username: 'Ada L.', email: 'New@Example.org' });

  const { body } = (await changed.get('/api/user')).is(200);
  const { username, email } = body.user;
  same([username, email], ['Ada L.', 'new@example.org'], 'username and email from GET /api/user');
  same((await profileOf(site, 'Ada L.')).username, 'Ada L.', 'the username of the profile');
  (await site.get('/api/profiles/ada')).isRejected(404, 'profile', 'not found');
  (await signIn(site, 'new@example.org', PASSWORD)).is(200);
  (await signIn(site, ada.email, PASSWORD)).isRejected(401, 'credentials', 'invalid');
});

test('A user can add and remove a bio and a picture', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const { body } = (await ada.get('/api/user')).is(200);
  same([body.user.bio, body.user.image], [null, null], 'bio and image of a new user');
  const bio = `First line.\n${'b'.repeat(1_988)}`;
  const image = `https://example.org/"${'a'.repeat(1_979)}`;

  const { changed } = await saved(ada, { bio, image });
  same([changed.bio, changed.image], [bio, image], 'bio and image in the response');
  same(await profileOf(site, 'ada'), { username: 'ada', bio, image }, 'the profile');

  for (const empty of ['', null]) {
    await saved(ada, { bio, image });
    await saved(ada, { bio: empty, image: empty });
    same(await profileOf(site, 'ada'), { username: 'ada', bio: null, image: null }, 'the profile');
  }
});

test('A setting that is not sent keeps its value', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const phone = site.with(ada.token);
  await saved(ada, { bio: 'Hello.' });

  const { changed } = await saved(ada, { image: '/ada.png' });

  const { username, email, bio, image } = changed;
  const expected = ['ada', ada.email, 'Hello.', '/ada.png'];
  same([username, email, bio, image], expected, 'username, email, bio and image');
  await saved(ada, {});
  same((await profileOf(site, 'ada')).bio, 'Hello.', 'bio after a request without any setting');
  (await signIn(site, ada.email, ada.password)).is(200);
  (await phone.get('/api/user')).is(200);
});

test('A new password replaces the old password', async () => {
  const site = await openSite();
  const ada = await site.register('ada');

  await saved(ada, { password: ' a  new ' });

  (await signIn(site, ada.email, ' a  new ')).is(200);
  (await signIn(site, ada.email, ada.password)).isRejected(401, 'credentials', 'invalid');
});

test('A new password ends all other tokens', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const bob = await site.register('bob');
  const phone = site.with((await signIn(site, ada.email, PASSWORD)).is(200).body.user.token);
  (await phone.get('/api/user')).is(200);

  const changed = await saved(ada, { password: 'a new password' });

  (await changed.get('/api/user')).is(200);
  (await bob.get('/api/user')).is(200);
  for (const old of [ada, phone]) {
    (await old.get('/api/user')).isRejected(401, 'token', 'is invalid');
    (await save(old, { bio: 'Forged.' })).isRejected(401, 'token', 'is invalid');
  }
});

test('Invalid settings are rejected', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const wrong = {
    username: [' ', 'x'.repeat(51), null, 7],
    email: ['', 'nowhere', `${'x'.repeat(189)}@example.org`, null],
    password: ['7 chars', 'x'.repeat(201), '', null],
    bio: ['x'.repeat(2_001), 7],
    image: ['x'.repeat(2_001), 7],
  };

  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const valid = { username: 'typed', bio: 'typed', image: 'typed' };
      (await save(ada, { ...valid, [field]: value })).isRejected(422, field);
    }
  }

  const profile = await profileOf(site, 'ada');
  same(profile, { username: 'ada', bio: null, image: null }, 'the profile after the errors');
  (await signIn(site, ada.email, ada.password)).is(200);
});

test('A name or e-mail of another user is rejected', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const bob = await site.register('bob');

  (await save(bob, { bio: 'New.', username: 'ada' })).isRejected(409, 'username', TAKEN);
  for (const email of [ada.email, ada.email.toUpperCase()])
    (await save(bob, { bio: 'New.', email })).isRejected(409, 'email', TAKEN);

  const profile = await profileOf(site, 'bob');
  same(profile, { username: 'bob', bio: null, image: null }, 'the profile after the errors');
  await saved(bob, { username: 'bob', email: bob.email });
});

test('A signed-out visitor cannot change settings', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  await saved(ada, { bio: 'Hello.' });

  (await save(site.anonymous, { bio: 'Forged.' })).isRejected(401, 'token', 'is missing');
  (await save(site.anonymous, { username: '' })).isRejected(401, 'token', 'is missing');

  same((await profileOf(site, 'ada')).bio, 'Hello.', 'bio after the errors');
});

test('The settings page shows and saves the settings', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const page = await ada.open('/settings');
  page.one('h1', 'the heading').hasText('Your Settings');
  const form = page.one(SETTINGS, 'a form');
  form.one('button', 'a submit button').hasText('Update Settings');
  const values = { username: 'ada', email: ada.email, bio: '', image: '', password: '' };
  for (const [name, value] of Object.entries(values))
    form.one(`[name=${name}]`, `the field ${name}`).hasValue(value);

  await form.submit({ username: '' });
  page.some(ERRORS, 'an error message');
  await form.submit({ username: 'ada l', bio: 'Writes programs.' });

  page.isAt('/profile/ada l');
  page.one('.profile-page h4', 'the name').hasText('ada l');
  page.one('.user-info p', 'the bio').hasText('Writes programs.');
  (await site.anonymous.open('/settings')).isAt('/login');
});

test('The navigation bar links to profile and settings', async () => {
  const site = await openSite();
  const ada = await site.register('Ada & Co?');

  const page = await ada.open('/');

  page.hasLink('nav.navbar a.nav-link', 'Settings', '/settings');
  page.hasLink('nav.navbar a.nav-link', 'Ada & Co?', '/profile/Ada & Co?');
  const picture = page.one('nav.navbar img.user-pic', 'the picture');
  picture.hasIn('src', 'default-avatar.svg');
  (await site.get(picture.attribute('src'))).is(200);
  const home = await site.anonymous.open('/');
  home.none('nav.navbar a[href="/settings"], .user-pic', 'a link for signed-in users');
});

test('Only the owner sees the link to the settings', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const bob = await site.register('bob');
  const link = '.profile-page a[href="/settings"]';

  const own = await ada.open('/profile/ada');
  own.one(link, 'a link to the settings').hasText('Edit Profile Settings');

  for (const visitor of [bob, site.anonymous]) {
    const page = await visitor.open('/profile/ada');
    page.one('.profile-page h4', 'the name').hasText('ada');
    page.none(link, 'a link to the settings');
  }
});

test('The settings page has a sign-out button', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const page = await ada.open('/settings');
  const button = page.one('main button.btn-outline-danger', 'a sign-out button');

  await button.hasText('Or click here to logout').click();

  page.isAt('/');
  page.one(SIGN_IN_LINK, 'a link to sign in, because the visitor is signed out');
});

test('Spaces in a new password count', async () => {
  const site = await openSite();
  const erin = await site.register('erin');

  (await save(erin, { password: ' '.repeat(7) })).isRejected(422, 'password');
  await saved(erin, { password: ' '.repeat(8) });

  (await signIn(site, erin.email, ' '.repeat(8))).is(200);
});

test('A new name that no URL can contain is rejected', async () => {
  const site = await openSite();
  const ada = await site.register('ada');

  for (const username of ['a/b', '.', '..'])
    (await save(ada, { username })).isRejected(422, 'username');

  await saved(ada, { username: 'a.b' });
});

test('Rejected settings change nothing', async () => {
  const site = await openSite();
  await site.register('bob');
  const carla = await site.register('carla');

  const reply = await save(carla, { username: 'bob', bio: 'New.', password: 'a new password' });

  reply.isRejected(409, 'username', TAKEN);
  (await carla.get('/api/user')).is(200);
  same((await profileOf(site, 'carla')).bio, null, 'bio after the error');
  (await signIn(site, carla.email, carla.password)).is(200);
});

test('Two users change to a name at the same moment', async () => {
  const site = await openSite();
  const slow = await site.register('slow');
  const quick = await site.register('quick');

  const reply = await site.justBeforeSaving(
    () => saved(quick, { username: 'same' }),
    () => save(slow, { username: 'same' }),
  );

  reply.isRejected(409, 'username', TAKEN);
  same((await profileOf(site, 'slow')).username, 'slow', 'the username of the slower user');
});

test('Code in the settings never runs', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const username = 'Ada <img src=x onerror=alert(1)>';
  const bio = '<script>alert(2)</script> Writes <b>programs</b>.';
  const image = 'https://example.org/"onerror="alert(3)".png';

  const changed = await saved(ada, { username, bio, image });

  const page = await changed.open(`/profile/${encodeURIComponent(username)}`);
  page.one('.profile-page h4', 'the name').hasText(username);
  page.one('.user-info p', 'the bio').hasText(bio);
  page.one('img.user-img', 'the picture').has('src', image);
  for (const shown of [page, await changed.open('/settings')])
    shown.none('[onerror], script, .user-info b', 'code that can run');
});
