/** Tokens: a signed text that says which user sends a request. */

import { SignJWT, jwtVerify } from 'jose';

import { HttpError } from './errors.js';

/** A new token for this user, which is valid for 30 days. */
export async function tokenFor(user, { secret }) {
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`${user.id}`)
    .setExpirationTime('30d')
    .sign(keyOf(secret));
}

/**
 * Middleware for signed-in users only.
 *
 * @type {import('express').RequestHandler<any>}
 */
export async function requireUser(request, response, next) {
  request.user = await findUser(request);
  if (!request.user) throw new HttpError(401, { token: ['is missing'] });
  return next();
}

/** The user whose token is in the request, or undefined if there is no token. */
async function findUser(request) {
  const { db, settings } = request.app.locals;
  const header = request.get('Authorization');
  if (header === undefined) return undefined;
  const id = await userIdOf(header.replace(/^Token /, ''), settings);
  const user = id && (await db('users').where({ id }).first());
  if (!user) throw new HttpError(401, { token: ['is invalid'] });
  return user;
}

/** The id in the token, or undefined if the token is expired or isn't signed with the secret. */
async function userIdOf(token, { secret }) {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), { algorithms: ['HS256'] });
    return payload.sub;
  } catch {
    return undefined;
  }
}

function keyOf(secret) {
  return new TextEncoder().encode(secret);
}
