/** Who is signed in, in this browser: the token is kept there, and sent along with each question to the API. */

import { ask, headers } from '../api.js';
import { put } from '../places.js';
import { show } from '../router.js';

const KEPT_AS = 'jwtToken';
let user = null;
let state = 'loading';

/** Who is signed in: {username, email, bio, image}, or null. */
export function currentUser() {
  return user;
}

/** Whether this (an article or a comment) is by who is signed in. */
export function isMine({ author }) {
  return user !== null && author?.username === user.username;
}

/** From now on, this is who is signed in: what the API answers when somebody signs up or in, or changes settings. */
export function signedInAs(answer) {
  user = answer;
  state = 'authenticated';
  localStorage.setItem(KEPT_AS, answer.token);
  headers.Authorization = `Token ${answer.token}`;
}

export function signOut() {
  user = null;
  state = 'unauthenticated';
  localStorage.removeItem(KEPT_AS);
  delete headers.Authorization;
}

/** Whoever opens an address that begins like this and is not signed in, is led to sign in. */
export function needsAccount(...beginnings) {
  put('guard', (address) => {
    const isGuarded = beginnings.some((one) => address === one || address.startsWith(`${one}/`));
    return isGuarded && user === null ? '/login' : null;
  });
}

/** Whether the API did not say who this is: it failed, or nobody answered. The token is kept, and tried again. */
export function isUnavailable() {
  return state === 'unavailable';
}

put('start', async () => {
  state = 'loading';
  window.__conduit_debug__ = {
    getToken: () => localStorage.getItem(KEPT_AS),
    getAuthState: () => state,
    getCurrentUser: () => user,
  };
  await connect();
});

put('guard', () => {
  if (isUnavailable()) connect().then(() => isUnavailable() || show());
  return null;
});

/** The browser remembers a token. Whether it is still good is for the API to say; until then, nobody is signed in. */
async function connect() {
  user = null;
  delete headers.Authorization;
  const token = localStorage.getItem(KEPT_AS);
  if (!token) return signOut();
  try {
    const Authorization = `Token ${token}`;
    signedInAs((await ask('GET', '/user', undefined, { Authorization })).user);
  } catch (error) {
    if (error.status >= 400 && error.status < 500) return signOut();
    user = null;
    state = 'unavailable';
  }
}
