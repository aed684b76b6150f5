/** People make accounts, sign in, and say who they are. */

import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';

import { PASSWORD, SECRET, expect, openSite, same } from './support.js';

const ADA = { username: 'ada', email: 'ada@example.org', password: PASSWORD };

function register(site, changes = {}) {
  return site.anonymous.post('/api/users', { user: { ...ADA, ...changes } });
}

function signIn(site, email, password) {
  return site.anonymous.post('/api/users/login', { user: { email, password } });
}

function save(site, user) {
  return site.put('/api/user', { user });
}

/** The token with another payload or head, signed with a key. */
function forged(token, changes, { key = SECRET, head = {}, hash = 'sha256' } = {}) {
  const [oldHead, oldBody] = token.split('.').map(decoded);
  const text = [
    { ...oldHead, ...head },
    { ...oldBody, ...changes },
  ]
    .map(encoded)
    .join('.');
  const signature =
    head.alg === 'none' ? '' : createHmac(hash, key).update(text).digest('base64url');
  return `${text}.${signature}`;
}

function decoded(part) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url'));
  } catch {
    return {};
  }
}

function encoded(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

test('Whoever signs up has an account and a token', async (t) => {
  const site = await openSite(t);

  const { token, ...user } =
    (await register(site, { email: 'Ada@Example.org' })).is(201).body.user ?? {};

  const wanted = { username: 'ada', email: 'ada@example.org', bio: null, image: null };
  same(user, wanted, 'the new user, without the token');
  expect(/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token), `Expected a JWT as the token. Found ${token}.`);
  const { token: again, ...sameUser } = (await site.with(token).get('/api/user')).is(200).body.user;
  same(sameUser, wanted, 'the user to whom the token belongs');
  (await site.with(again).get('/api/user')).is(200);
  expect(
    !(await site.with(token).get('/api/user')).text.includes('assword'),
    'Expected no password in the response. Found one.',
  );
});

test('An account needs a name, an e-mail address and a password', async (t) => {
  const site = await openSite(t);
  const wrong = {
    username: ['', '  ', null, undefined, 7, 'a/b', '.', '..', 'x'.repeat(51)],
    email: ['', null, undefined, 7, 'nowhere', `${'x'.repeat(189)}@example.org`],
    password: ['', null, undefined, 12345678, '7 chars', 'x'.repeat(201)],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) (await register(site, { [field]: value })).refuses(422, field);
  }
  for (const field of Object.keys(wrong)) {
    (await register(site, { [field]: '' })).refuses(422, field, "can't be blank");
  }

  const long = {
    username: 'x'.repeat(50),
    email: `${'x'.repeat(188)}@example.org`,
    password: '8 chars!',
  };
  (await register(site, long)).is(201);
  (await register(site, { password: 'x'.repeat(64) })).is(201);
});

test('A name and an e-mail address belong to one account', async (t) => {
  const site = await openSite(t);
  await site.register('ada');
  const bob = await site.register('bob');

  (await register(site, { email: 'a@example.org' })).refuses(
    409,
    'username',
    'has already been taken',
  );
  for (const email of ['ada@example.org', 'ADA@example.org']) {
    (await register(site, { username: 'carla', email })).refuses(
      409,
      'email',
      'has already been taken',
    );
    (await save(bob, { bio: 'New.', email })).refuses(409, 'email', 'has already been taken');
  }
  (await save(bob, { bio: 'New.', username: 'ada' })).refuses(
    409,
    'username',
    'has already been taken',
  );

  const twin = await register(site, { username: ' ada ', email: 'twin@example.org' });
  expect(
    twin.status !== 201,
    'Expected " ada " to be rejected, because "ada" is taken. Found status 201.',
  );

  const { username, bio } = (await bob.get('/api/user')).is(200).body.user ?? {};
  same([username, bio], ['bob', null], 'the name and the bio after the errors');
  (await save(bob, { username: 'bob', email: bob.email })).is(200);
  (await register(site, { username: 'carla', email: 'carla@example.org' })).is(201);
});

test('Two people take the same name at the same moment', async (t) => {
  const site = await openSite(t);
  const bob = await site.register('bob');
  const quick = async () => (await register(site, { email: 'quick@example.org' })).is(201);

  const slow = await site.justBeforeSaving(quick, () => register(site));
  slow.refuses(409, 'username', 'has already been taken');

  const carla = async () =>
    (await register(site, { username: 'carla', email: 'carla@example.org' })).is(201);
  const renamed = await site.justBeforeSaving(carla, () => save(bob, { username: 'carla' }));
  renamed.refuses(409, 'username', 'has already been taken');
  (await bob.get('/api/profiles/bob')).is(200);
});

test('Signing in takes the e-mail address and the password', async (t) => {
  const site = await openSite(t);
  const ada = await site.register('ada', '  two  spaces each  ');

  for (const email of [ada.email, ada.email.toUpperCase()]) {
    const { user } = (await signIn(site, email, ada.password)).is(200).body;
    same(
      [user.username, user.email, user.bio, user.image],
      ['ada', ada.email, null, null],
      'the signed-in user',
    );
    (await site.with(user.token).get('/api/user')).is(200);
  }
  (await signIn(site, ada.email, 'two spaces each')).refuses(401, 'credentials', 'invalid');
});

test('A failed sign-in does not tell why', async (t) => {
  const site = await openSite(t);
  const ada = await site.register('ada');

  const wrong = (await signIn(site, ada.email, 'not hers at all')).refuses(
    401,
    'credentials',
    'invalid',
  );
  const unknown = (await signIn(site, 'nobody@example.org', 'not hers')).refuses(
    401,
    'credentials',
    'invalid',
  );

  same(unknown.body, wrong.body, 'the answer for an unknown address');
  for (const nothing of ['', null, undefined]) {
    (await signIn(site, nothing, PASSWORD)).refuses(422, 'email', "can't be blank");
    (await signIn(site, ada.email, nothing)).refuses(422, 'password', "can't be blank");
  }
  (await signIn(site, ada.email, 7)).is(422);
  (await signIn(site, ada.email, ada.password)).is(200);
});

test('A failed sign-in takes as long for anyone', async (t) => {
  const site = await openSite(t, { passwordCost: 16_384 });
  const ada = await site.register('ada');
  const work = async (email) => {
    // The work that the site does, and not the time on the clock: other programs do not disturb it.
    const begin = process.cpuUsage();
    (await signIn(site, email, 'not hers at all')).is(401);
    return process.cpuUsage(begin).user / 1000;
  };

  const known = [];
  const unknown = [];
  for (let round = 0; round < 4; round += 1) {
    known.push(await work(ada.email));
    unknown.push(await work('nobody@example.org'));
  }

  const [one, other] = [Math.min(...known), Math.min(...unknown)];
  const words = `${one.toFixed(0)} ms of work for a known address, ${other.toFixed(0)} ms for an unknown one`;
  expect(one > 20, `Expected a slow check of the password. Found ${words}.`);
  expect(
    one < 2 * other && other < 2 * one,
    `Expected the same time in both cases. Found ${words}.`,
  );
});

test('A token that is missing or false is refused', async (t) => {
  const site = await openSite(t);
  const { token } = await site.register('ada');
  const asked = async (header, method = 'GET', body) => {
    const headers = header === undefined ? {} : { Authorization: header };
    return await site.anonymous.send(method, '/api/user', body, headers);
  };
  (await asked(`Token ${token}`)).is(200);
  (await asked(`Token ${forged(token, {})}`)).is(200);

  (await asked(undefined)).refuses(401, 'token', 'is missing');
  (await asked(undefined, 'PUT', '{"user": ')).refuses(401, 'token', 'is missing');
  const past = Math.floor(Date.now() / 1000) - 60;
  const others = await openSite(t);
  for (const name of ['bob', 'carla']) await others.register(name);
  const gone = (await others.register('dora')).token;
  const wrong = [
    ...['Token', 'Token ', `Bearer ${token}`, token, 'Token a.b.c', `Token ${token}x`],
    `Token ${forged(token, {}, { key: 'another secret' })}`,
    `Token ${forged(token, {}, { head: { alg: 'none' } })}`,
    `Token ${forged(token, {}, { head: { alg: 'HS512' }, hash: 'sha512' })}`,
    `Token ${forged(token, { exp: past })}`,
    `Token ${token.replace(/\.[^.]*$/, '.')}`,
    `Token ${gone}`,
  ];
  for (const header of wrong) (await asked(header)).refuses(401, 'token', 'is invalid');
});

test('The settings change what is sent and nothing else', async (t) => {
  const site = await openSite(t);
  const ada = await site.register('ada');
  const change = async (user) => {
    const { token, ...changed } = (await save(ada, user)).is(200).body.user ?? {};
    (await site.with(token).get('/api/user')).is(200);
    return changed;
  };
  const start = { username: 'ada', email: ada.email, bio: null, image: null };

  same(await change({ bio: ' Writes. ' }), { ...start, bio: 'Writes.' }, 'the user with a bio');
  const image = 'https://example.org/"ada".png';
  same(await change({ image }), { ...start, bio: 'Writes.', image }, 'the user with a picture');
  same(await change({ bio: '', image: null }), start, 'the user without bio and picture again');
  const renamed = { username: 'Ada Lovelace Ω', email: 'lovelace@example.org' };
  same(
    await change({ ...renamed, email: 'Lovelace@Example.org' }),
    { ...start, ...renamed },
    'the user renamed',
  );

  const wrong = {
    username: [null, '', 'a/b'],
    email: [null, ' ', 'x'],
    bio: [7, 'x'.repeat(5_001)],
  };
  for (const [field, values] of Object.entries({
    ...wrong,
    image: [7, 'x'.repeat(2_001)],
    password: [null, '', '7 chars'],
  })) {
    for (const value of values)
      (await save(ada, { bio: 'Half a change.', [field]: value })).refuses(422, field);
  }
  same(await change({}), { ...start, ...renamed }, 'the user after the errors');
  (await signIn(site, renamed.email, ada.password)).is(200);
  await change({ password: 'a new long password' });
  (await signIn(site, renamed.email, 'a new long password')).is(200);
  (await signIn(site, renamed.email, ada.password)).is(401);
});

test('A profile tells everyone who somebody is', async (t) => {
  const site = await openSite(t);
  const name = 'Zoë & Co, 100%?';
  const zoe = await site.register(name);
  (await save(zoe, { bio: 'Sails.' })).is(200);
  const address = `/api/profiles/${encodeURIComponent(name)}`;

  for (const visitor of [zoe, await site.register('bob'), site.anonymous]) {
    const { profile } = (await visitor.get(address)).is(200).body;
    same(
      [profile.username, profile.bio, profile.image],
      [name, 'Sails.', null],
      'name, bio and picture',
    );
    expect(!('email' in profile), 'Expected no e-mail address in a profile. Found one.');
  }
  (await site.get('/api/profiles/nobody')).refuses(404, 'profile', 'not found');
  (await site.with('not.a.token').get(address)).refuses(401, 'token', 'is invalid');
});

test('A password is never stored as typed', async (t) => {
  const site = await openSite(t);
  const ada = await site.register('ada');
  await site.register('bob');

  const stored = await site.stored();

  expect(
    stored.includes('ada@example.org'),
    'Expected the e-mail address in the database. Found none.',
  );
  expect(!stored.includes(PASSWORD), 'Expected no plain password in the database. Found one.');
  for (const way of ['md5', 'sha1', 'sha256', 'sha512']) {
    const digest = createHash(way).update(PASSWORD).digest();
    for (const form of ['hex', 'base64', 'base64url']) {
      expect(
        !stored.includes(digest.toString(form)),
        `Expected no plain ${way} hash of the password in the database. Found one.`,
      );
    }
  }
  const long = stored.match(/[A-Za-z0-9+/=_-]{40,}/g) ?? [];
  same(
    long.length,
    new Set(long).size,
    'the number of different hashes of one password by two people',
  );
  for (const address of ['/api/user', '/api/profiles/ada']) {
    const { text } = (await ada.get(address)).is(200);
    expect(
      !long.some((hash) => text.includes(hash)),
      `Expected no password hash from GET ${address}. Found one.`,
    );
  }
});

test('The pages sign up, change the settings, and sign out', async (t) => {
  const site = (await openSite(t)).anonymous;
  const page = await site.open('/settings');
  page.isAt('/login');
  page.one('h1', 'a heading').says('Sign in');
  await page.one('a[href="/register"]', 'a link to sign up').press();
  page.one('h1', 'a heading').says('Sign up');
  const form = page.one('form:has([name=username])', 'a form');
  await form.submit({ ...ADA, password: 'short' });
  page.some('.error-messages li', 'an error message');
  await form.submit(ADA);
  page.isAt('/');
  page.one('nav.navbar a[href="/profile/ada"] .user-pic', "the user's picture");
  page.none('a[href="/login"]', 'a link to sign in');
  expect(site.kept('jwtToken'), 'Expected the token as jwtToken in localStorage. Found none.');

  const settings = await site.open('/settings');
  settings.one('form:has([name=bio]) button', 'a button').says('Update Settings');
  await settings
    .one('form:has([name=bio])', 'the settings')
    .submit({ bio: 'Writes <b>programs</b>.' });
  settings.isAt('/profile/ada');
  settings.one('.profile-page h4', 'the name').says('ada');
  settings.one('.user-info p', 'the bio').says('Writes <b>programs</b>.');
  const picture = settings.one('.user-img', 'the picture').attribute('src');
  expect(
    picture.includes('default-avatar.svg'),
    `Expected default-avatar.svg as the picture. Found ${picture}.`,
  );
  (await site.get(picture)).is(200);
  settings.one('.user-info a[href="/settings"]', 'a link').says('Edit Profile Settings');

  const last = await site.open('/settings');
  await last.one('button.btn-outline-danger', 'a button').says('Or click here to logout').press();
  last.isAt('/');
  last.one('a[href="/login"]', 'a link to sign in');
  same(site.kept('jwtToken'), null, 'the token that the browser keeps after signing out');
  (await site.open('/profile/ada')).none('.user-info a', 'a link to the settings');

  const ada = site.with((await signIn(site, ADA.email, PASSWORD)).is(200).body.user.token);
  await ada.open('/');
  ada.loseTheSite();
  const away = await ada.open('/');
  away.one('nav.navbar [role=status]', 'a word on what the site waits for').says('Connecting…');
  same(ada.kept('jwtToken'), ada.token, 'the token in the browser without a server');
});
