/** Which user is signed in, in this browser. The browser stores the token and sends it with each request to the API. */

import { ask, headers } from '../api.js';
import { put } from '../places.js';
import { show } from '../router.js';

const KEY = 'jwtToken';
let user = null;
let state = 'loading';

/** The signed-in user, or null. */
export function currentUser() {
  return user;
}

/** True if the signed-in user wrote this article or comment. */
export function isMine({ author }) {
  return user !== null && author?.username === user.username;
}

/** Sign in as the user in a response of the API. */
export function signedInAs(newUser) {
  user = newUser;
  state = 'authenticated';
  localStorage.setItem(KEY, newUser.token);
  headers.Authorization = `Token ${newUser.token}`;
}

export function signOut() {
  user = null;
  state = 'unauthenticated';
  localStorage.removeItem(KEY);
  delete headers.Authorization;
}

/** Show the page /login to signed-out visitors who open one of these pages, or a page below it. */
export function needsAccount(...paths) {
  put('guard', (url) => {
    const isGuarded = paths.some((path) => url === path || url.startsWith(`${path}/`));
    return isGuarded && user === null ? '/login' : null;
  });
}

/** True if the API didn't respond when the browser sent the token. The browser keeps the token and tries again. */
export function isUnavailable() {
  return state === 'unavailable';
}

put('start', async () => {
  state = 'loading';
  // The public test suites for RealWorld read these functions.
  window.__conduit_debug__ = {
    getToken: () => localStorage.getItem(KEY),
    getAuthState: () => state,
    getCurrentUser: () => user,
  };
  await connect();
});

put('guard', () => {
  if (isUnavailable()) connect().then(() => isUnavailable() || show());
  return null;
});

/** Ask the API which user the stored token belongs to. Until the API responds, nobody is signed in. */
async function connect() {
  user = null;
  delete headers.Authorization;
  const token = localStorage.getItem(KEY);
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
