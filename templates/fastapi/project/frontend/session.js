/** The signed-in user. The browser stores the token, and each request sends it. */

import { ask, headers, needsToken, offers } from './api.js';

const KEY = 'jwtToken';
let user = null;
let state = 'loading';

/** The signed-in user, or null. */
export const currentUser = () => user;

/** True if the API didn't say who the visitor is, because it failed or didn't respond. */
export const isUnavailable = () => state === 'unavailable';

/** True if the visitor may use an endpoint, for example `canUse('POST /articles')`. */
export const canUse = (endpoint) => offers(endpoint) && (user !== null || !needsToken(endpoint));

/** True if the visitor may change this article or comment. Until the authors step, every visitor may. */
export const isMine = ({ author }) => author === undefined || author.username === user?.username;

/** Remember the user that the API returned. */
export function signedInAs(answer) {
  user = answer;
  state = 'authenticated';
  localStorage.setItem(KEY, answer.token);
  headers.Authorization = `Token ${answer.token}`;
}

export function forget() {
  user = null;
  state = 'unauthenticated';
  localStorage.removeItem(KEY);
  delete headers.Authorization;
}

/** End the session, in the API too. */
export async function signOut() {
  if (offers('POST /users/logout')) await ask('POST', '/users/logout').catch(() => {});
  forget();
}

/** Ask the API who the visitor is. If the API doesn't respond, keep the token and try again later. */
export async function connect() {
  window.__conduit_debug__ ??= {
    getToken: () => localStorage.getItem(KEY),
    getAuthState: () => state,
    getCurrentUser: () => user,
  };
  user = null;
  delete headers.Authorization;
  const token = localStorage.getItem(KEY);
  if (!token || !offers('GET /user')) {
    state = 'unauthenticated';
    return;
  }
  try {
    signedInAs((await ask('GET', '/user', undefined, { Authorization: `Token ${token}` })).user);
  } catch (error) {
    if (error.status >= 400 && error.status < 500) forget();
    else state = 'unavailable';
  }
}
