/** Visitors can sign up, sign in and sign out. */

import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { PASSWORD, SECRET, expect, openSite, same, startSite } from './support/index.js';

const ADA = { username: 'ada', email: 'ada@example.org', password: PASSWORD };
const ERRORS = '.error-messages li';
const REGISTER = 'form:has(input[name=username])';
const LOGIN = 'form:has(input[name=email])';
const SIGN_IN_LINK = 'nav.navbar a[href="/login"]';
const SIGN_UP_LINK = 'nav.navbar a[href="/register"]';

function register(site, changes = {}) {
  return site.anonymous.post('/api/users', { user: { ...ADA, ...changes } });
}

function signIn(site, email, password) {
  return site.anonymous.post('/api/users/login', { user: { email, password } });
}

/** Send the wrong passwords "guess 0", "guess 1", … for an e-mail. */
async function guess(site, email, times) {
  for (let attempt = 0; attempt < times; attempt += 1) {
    const typed = attempt % 2 ? email.toUpperCase() : email;
    (await signIn(site, typed, `guess ${attempt}`)).isRejected(401, 'credentials', 'invalid');
  }
}

/** The token with other claims or another header. It is signed with this key. */
function resigned(token, claims, { header = {}, hash = 'sha256', key = SECRET } = {}) {
  const [oldHeader, oldClaims] = token.split('.').slice(0, 2).map(decoded);
  const parts = [
    { ...oldHeader, ...header },
    { ...oldClaims, ...claims },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = createHmac(hash, key).update(text.join('.')).digest('base64url');
  return [...text, header.alg === 'none' ? '' : signature].join('.');
}

function decoded(part) {
  return JSON.parse(Buffer.from(part, 'base64url'));
}

/** The API accepts the tokens of these visitors, or rejects them. */
async function areAccepted(...visitors) {
  for (const visitor of visitors) (await visitor.get('/api/user')).is(200);
}

async function areRejected(site, tokens) {
  for (const [what, token] of Object.entries(tokens)) {
    const reply = await site.with(token).get('/api/user');
    expect(reply.status === 401, reply.insteadOf(`status 401 for ${what}`));
    reply.isRejected(401, 'token', 'is invalid');
  }
}

test('A new user gets a token', async () => {
  const site = await openSite();

  const reply = (await register(site)).is(201);

  const { token, username, email } = reply.body?.user ?? {};
  same([username, email], ['ada', 'ada@example.org'], 'username and email of the new user');
  const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
  expect(isToken, `Expected a JSON Web Token as token. Found ${token}.`);
  expect(!reply.text.includes(PASSWORD), 'Expected no password in the response. Found it.');
  const { user } = (await site.with(token).get('/api/user')).is(200).body ?? {};
  same([user?.username, user?.email], ['ada', 'ada@example.org'], 'the user from GET /api/user');
  await areAccepted(site.with(user.token));
});

test('A request without a valid token is rejected', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  await areAccepted(ada);

  (await site.anonymous.get('/api/user')).isRejected(401, 'token', 'is missing');
  for (const header of ['Token', 'Token ', 'Token a.b.c', `Token ${ada.token}x`]) {
    const headers = { Authorization: header };
    const reply = await site.anonymous.send('GET', '/api/user', undefined, headers);
    expect(reply.status === 401, reply.insteadOf(`status 401 for "Authorization: ${header}"`));
    reply.isRejected(401, 'token', 'is invalid');
  }
});

test('An invalid sign-up is rejected', async () => {
  const site = await openSite();
  const wrong = {
    username: ['  ', 'x'.repeat(51), 7],
    email: ['nowhere', `${'x'.repeat(189)}@example.org`, 7],
    password: ['7 chars', 'x'.repeat(201), 12345678],
  };

  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) (await register(site, { [field]: value })).isRejected(422, field);
    for (const blank of ['', null, undefined])
      (await register(site, { [field]: blank })).isRejected(422, field, "can't be blank");
  }

  (await register(site)).is(201);
});

test('The longest and the shortest values are accepted', async () => {
  const site = await openSite();
  const email = `${'x'.repeat(188)}@example.org`;
  const longest = { username: 'x'.repeat(50), email, password: 'x'.repeat(200) };
  const shortest = { username: '...', email: 'a@b', password: '8 chars!' };

  for (const user of [longest, shortest]) {
    (await register(site, user)).is(201);
    (await signIn(site, user.email, user.password)).is(200);
  }
});

test('A name and an e-mail belong to one user', async () => {
  const site = await openSite();
  await site.register('ada');
  const carla = { username: 'carla', email: 'carla@example.org' };
  const taken = 'has already been taken';

  for (const username of ['ada', ' ada '])
    (await register(site, { ...carla, username })).isRejected(409, 'username', taken);
  (await register(site, { ...carla, email: ADA.email })).isRejected(409, 'email', taken);

  (await register(site, carla)).is(201);
});

test('Capital letters in an e-mail do not matter', async () => {
  const site = await openSite();

  const { body } = (await register(site, { email: 'Ada@Example.ORG' })).is(201);

  same(body?.user?.email, 'ada@example.org', 'email of the new user');
  for (const email of ['Ada@Example.ORG', 'ada@example.org', ' ADA@EXAMPLE.ORG '])
    (await signIn(site, email, PASSWORD)).is(200);
  const other = { username: 'other', email: 'ADA@example.org' };
  (await register(site, other)).isRejected(409, 'email', 'has already been taken');
});

test('A user can sign in', async () => {
  const site = await openSite();
  const password = '  spaces  in  it ';
  await site.register('bob');
  const ada = await site.register('ada', password);
  const carla = await site.register('carla', ' '.repeat(8));

  const { user } = (await signIn(site, ada.email, password)).is(200).body ?? {};

  same([user?.username, user?.email], ['ada', ada.email], 'the user in the response');
  const { body } = (await site.with(user.token).get('/api/user')).is(200);
  same(body.user.username, 'ada', 'the username from GET /api/user');
  for (const wrong of [password.trim(), ' spaces in it ', password.toUpperCase()])
    (await signIn(site, ada.email, wrong)).isRejected(401, 'credentials', 'invalid');
  (await signIn(site, carla.email, carla.password)).is(200);
});

test('A wrong e-mail or password is rejected', async () => {
  const site = await openSite();
  const dora = await site.register('dora');

  const wrong = await signIn(site, dora.email, 'not hers at all');
  const unknown = await signIn(site, 'nobody@example.org', 'not hers at all');

  wrong.isRejected(401, 'credentials', 'invalid');
  unknown.isRejected(401, 'credentials', 'invalid');
  same(unknown.body, wrong.body, 'the response body for an unknown e-mail');
  for (const blank of ['', null, undefined]) {
    (await signIn(site, blank, PASSWORD)).isRejected(422, 'email', "can't be blank");
    (await signIn(site, 'erin@example.org', blank)).isRejected(422, 'password', "can't be blank");
  }
  (await signIn(site, dora.email, dora.password)).is(200);
});

test('A password is stored as a slow hash', async () => {
  const site = await openSite();

  const { values } = await site.server.queries(() => site.register('ada'));

  const stored = values.join(' ');
  expect(stored.includes(ADA.email), 'Expected the e-mail in the database. Found none.');
  expect(!stored.includes(PASSWORD), 'Expected only a hash in the database. Found the password.');
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
    const hash = createHash(algorithm).update(PASSWORD).digest();
    const isFast = ['hex', 'base64'].some((form) => stored.includes(hash.toString(form)));
    expect(!isFast, `Expected a slow hash in the database. Found the fast hash ${algorithm}.`);
  }
  const isSlow = stored.includes('scrypt$16$'); // with the setting `passwordCost` of the tests
  expect(isSlow, 'Expected a hash of hashPassword, with the setting passwordCost. Found none.');
});

test('The sign-up page signs a new user in', async () => {
  const site = await openSite();
  const visitor = site.anonymous;
  const page = await visitor.open('/register');
  page.one('h1', 'the heading').hasText('Sign up');
  const form = page.one(`main ${REGISTER}`, 'a form with a field for the name');
  form.one('input[name=password]', 'a field for the password').has('type', 'password');

  await form.submit({ ...ADA, password: 'short' });
  page.isAt('/register');
  page.some(ERRORS, 'an error message');
  await form.submit(ADA);

  page.isAt('/');
  page.one('nav.navbar', 'the navigation bar').contains('ada');
  expect(visitor.kept('jwtToken'), 'Expected the token in localStorage as jwtToken. Found none.');
});

test('The navigation bar shows who is signed in', async () => {
  const site = await openSite();
  const ada = await site.register('Ada <i>');

  const page = await site.anonymous.open('/');
  page.hasLink('nav.navbar a.nav-link', 'Sign in', '/login');
  page.hasLink('nav.navbar a.nav-link', 'Sign up', '/register');

  const own = await ada.open('/');
  own.one('nav.navbar', 'the navigation bar').contains('Ada <i>');
  own.none(`${SIGN_IN_LINK}, ${SIGN_UP_LINK}`, 'a link to sign in or up');
});

test('A user can sign in and out in the browser', async () => {
  const site = await openSite();
  const { email, password } = await site.register('ada');
  const visitor = site.anonymous;
  const page = await visitor.open('/login');
  page.one('h1', 'the heading').hasText('Sign in');

  await page.one(`main ${LOGIN}`, 'a form').submit({ email, password });
  page.isAt('/');
  page.none(SIGN_IN_LINK, 'a link to sign in, because the visitor is signed in');

  await page.one('nav.navbar button', 'a sign-out button').hasText('Sign out').click();
  page.isAt('/');
  page.one(SIGN_IN_LINK, 'a link to sign in, because the visitor is signed out');
  same(visitor.kept('jwtToken'), null, 'jwtToken in localStorage');
});

test('A forged token is rejected', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  await areAccepted(site.with(resigned(ada.token, {})));

  await areRejected(site, {
    'a token with another key': resigned(ada.token, {}, { key: 'x'.repeat(32) }),
    'a token without a signature': ada.token.replace(/\.[^.]*$/, '.'),
    'a token with the algorithm none': resigned(ada.token, {}, { header: { alg: 'none' } }),
    'a token with another algorithm': resigned(ada.token, {}, { header: { alg: 'HS384' } }),
  });
});

test('An expired token is rejected', async () => {
  const site = await openSite();
  const ada = await site.register('ada');
  const now = Math.floor((await site.server.now()) / 1000);
  const { exp } = decoded(ada.token.split('.')[1]);
  const isSoon = exp > now && exp < now + 366 * 86_400;
  expect(isSoon, `Expected a token that expires within a year, with the claim exp. Found ${exp}.`);

  await areAccepted(site.with(resigned(ada.token, { exp: now + 60 })));
  await areRejected(site, { 'an expired token': resigned(ada.token, { exp: now - 60 }) });
});

test('A token of a missing user is rejected', async (t) => {
  const site = await openSite();
  const ada = await site.register('ada');
  const other = await startSite(t, {});
  for (const name of ['bob', 'carla', 'dora']) await other.register(name);
  const erin = await other.register('erin');
  await areAccepted(ada, erin);

  await areRejected(site, { 'a token of a user who does not exist': erin.token });
});

test('A name that no URL can contain is rejected', async () => {
  const site = await openSite();

  for (const username of ['a/b', '.', '..'])
    (await register(site, { username })).isRejected(422, 'username');

  (await register(site, { username: '...' })).is(201);
});

test('Many wrong passwords block sign-in', async (t) => {
  const site = await startSite(t, {});
  const ada = await site.register('ada');
  const bob = await site.register('bob');

  for (const email of [ada.email, 'nobody@example.org']) {
    await guess(site, email, 10);
    (await signIn(site, email, 'guess 10')).isRejected(429, 'credentials');
  }

  (await signIn(site, ada.email, ada.password)).isRejected(429, 'credentials');
  (await signIn(site, bob.email, bob.password)).is(200);
  await areAccepted(ada);
});

test('A blocked e-mail works again later', async (t) => {
  const site = await startSite(t, { loginAttempts: 1, loginBlockSeconds: 1 });
  const ada = await site.register('ada');
  await guess(site, ada.email, 1);
  (await signIn(site, ada.email, ada.password)).isRejected(429, 'credentials');

  await pause(1_100);

  (await signIn(site, ada.email, ada.password)).is(200);
});

test('A successful sign-in resets the count', async (t) => {
  const site = await startSite(t, {});
  const ada = await site.register('ada');

  await guess(site, ada.email, 9);
  (await signIn(site, ada.email, ada.password)).is(200);

  await guess(site, ada.email, 9);
  (await signIn(site, ada.email, ada.password)).is(200);
});

test('Guesses at the same moment are all counted', async (t) => {
  const site = await startSite(t, {});
  const ada = await site.register('ada');

  const guesses = Array.from({ length: 20 }, (_, number) =>
    signIn(site, ada.email, `no ${number}`),
  );
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);

  const checked = statuses.filter((status) => status === 401).length;
  same(checked, 10, 'the number of responses with status 401 to 20 guesses');
  (await signIn(site, ada.email, ada.password)).isRejected(429, 'credentials');
});

test('Two visitors take a name at the same moment', async () => {
  const site = await openSite();
  const quick = { email: 'quick@example.org' };

  const reply = await site.justBeforeSaving(
    async () => (await register(site, quick)).is(201),
    () => register(site),
  );

  reply.isRejected(409, 'username', 'has already been taken');
  (await signIn(site, quick.email, PASSWORD)).is(200);
});

test('Sign-in takes as long for an unknown e-mail', async (t) => {
  const site = await startSite(t, { passwordCost: 2048, loginAttempts: 100 });
  const ada = await site.register('ada');
  const milliseconds = async (email) => {
    const begin = performance.now();
    (await signIn(site, email, 'not hers at all')).is(401);
    return performance.now() - begin;
  };

  let [one, other] = [Infinity, Infinity];
  const isEqual = () => one < 2 * other && other < 2 * one;
  // Other programs only make a response slower. So the shortest of several times counts.
  for (let round = 0; round < 15 && !(round > 2 && isEqual()); round += 1) {
    one = Math.min(one, await milliseconds(ada.email));
    other = Math.min(other, await milliseconds('nobody@example.org'));
  }

  const found = `Found ${one.toFixed(0)} ms for a known and ${other.toFixed(0)} ms for an unknown e-mail.`;
  expect(isEqual(), `Expected POST /api/users/login to take equally long in both cases. ${found}`);
});
