/** Tokens: a note, signed by the site, that says who is asking. */

import { SignJWT, jwtVerify } from 'jose';

import { Refusal } from './errors.js';

const ALGORITHM = 'HS256';

/** The token of an account. It holds the account's number, which never changes, and nothing secret. */
export async function tokenFor(user, { secret }) {
  return await new SignJWT({})
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(`${user.id}`)
    .setIssuedAt()
    .setExpirationTime('30d')
    .sign(keyOf(secret));
}

/** What comes before a handler that is for people with an account: `request.user` is who asks. */
export function signedIn(site) {
  return async (request, response, next) => {
    request.user = await whoAsks(site, request);
    if (request.user === undefined) throw new Refusal(401, { token: ['is missing'] });
    next();
  };
}

/** What comes before a handler for everyone that wants to know who asks: `request.user` may be undefined. */
export function perhapsSignedIn(site) {
  return async (request, response, next) => {
    request.user = await whoAsks(site, request);
    next();
  };
}

async function whoAsks({ db, settings }, request) {
  const header = request.get('Authorization');
  if (header === undefined) return undefined;
  const [, token] = /^Token (\S+)$/.exec(header) ?? [];
  const id = await subjectOf(token, settings);
  const user = id && (await db.get('SELECT * FROM account WHERE id = ?', [id]));
  if (!user) throw new Refusal(401, { token: ['is invalid'] });
  return user;
}

/** Whom a token speaks of; undefined where it is not one of ours, or has run out. */
async function subjectOf(token, { secret }) {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), { algorithms: [ALGORITHM] });
    return payload.sub;
  } catch {
    return undefined;
  }
}

function keyOf(secret) {
  return new TextEncoder().encode(secret);
}
