/** Tokens: a signed text that says which user sends a request. */

import { SignJWT, jwtVerify } from 'jose';

import { HttpError } from './errors.js';

/** A new token for this user, which is valid for 30 days. */
export async function tokenFor(user, { secret }) {
  return await new SignJWT({ version: user.token_version })
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

/**
 * Middleware for everybody. `request.user` is undefined for a signed-out visitor.
 *
 * @type {import('express').RequestHandler<any>}
 */
export async function optionalUser(request, response, next) {
  request.user = await findUser(request);
  return next();
}

/** The user whose token is in the request, or undefined if there is no token. */
async function findUser(request) {
  const { db, settings } = request.app.locals;
  const header = request.get('Authorization');
  if (header === undefined) return undefined;
  const payload = await payloadOf(header.replace(/^Token /, ''), settings);
  const user = payload && (await db('users').where({ id: payload.sub }).first());
  // A new password increases the version in the table.
  if (!user || user.token_version !== payload.version)
    throw new HttpError(401, { token: ['is invalid'] });
  return user;
}

/** What is in the token, or undefined if the token is expired or isn't signed with the secret. */
async function payloadOf(token, { secret }) {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), { algorithms: ['HS256'] });
    return payload;
  } catch {
    return undefined;
  }
}

function keyOf(secret) {
  return new TextEncoder().encode(secret);
}
