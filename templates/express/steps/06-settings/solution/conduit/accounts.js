/** Accounts: signing up, signing in, and changing the settings. */

import { Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod';

import { isDuplicate } from './database.js';
import { HttpError } from './errors.js';
import { hashPassword, isPassword } from './passwords.js';
import { requireUser, tokenFor } from './tokens.js';
import { line, parse } from './validation.js';

const email = line(200).toLowerCase();
const password = z.string("can't be blank").min(1, { error: "can't be blank", abort: true });

const loginFields = z.object({ email, password });
const userFields = z.object({
  username: line(50).refine(fitsInUrl, "can't be part of a URL"),
  email: email.includes('@', 'must contain an @'),
  password: password
    .min(8, 'is too short (at least 8 characters)')
    .max(200, 'is too long (at most 200 characters)'),
});

/** An optional text. An empty text is stored as null. */
const optionalText = z
  .string('must be a text')
  .trim()
  .max(2000, 'is too long (at most 2000 characters)')
  .transform((value) => value || null)
  .nullable();
const settingsFields = userFields.extend({ bio: optionalText, image: optionalText }).partial();

/** @param {import('./settings.js').Settings} settings */
export function accounts(settings) {
  const router = Router();
  const limitLogins = loginLimit(settings);

  router.post('/users', async (request, response) => {
    const { db } = request.app.locals;
    const { password, ...values } = parse(userFields, request.body, 'user');
    const password_hash = await hashPassword(password, settings.passwordCost);
    const [user] = await saveUser(db, values, () => {
      return db('users')
        .insert({ ...values, password_hash })
        .returning('*');
    });
    response.status(201).json({ user: await userJson(user, request) });
  });

  router.post('/users/login', limitLogins, async (request, response) => {
    const { db } = request.app.locals;
    const { email, password } = parse(loginFields, request.body, 'user');
    const user = await db('users').where({ email }).first();
    // For an unknown e-mail, hash the password too. Otherwise, the shorter time shows that nobody has this e-mail.
    const isCorrect = user
      ? await isPassword(password, user.password_hash)
      : await hashPassword(password, settings.passwordCost).then(() => false);
    if (!isCorrect) throw new HttpError(401, { credentials: ['invalid'] });
    limitLogins.resetKey(email);
    response.json({ user: await userJson(user, request) });
  });

  router.get('/user', requireUser, async (request, response) => {
    response.json({ user: await userJson(request.user, request) });
  });

  router.put('/user', requireUser, async (request, response) => {
    const { db } = request.app.locals;
    const { id } = request.user;
    const { password, ...values } = parse(settingsFields, request.body, 'user');
    /** @type {Record<string, any>} */
    const changes = { id, ...values };
    if (password) {
      changes.password_hash = await hashPassword(password, settings.passwordCost);
      changes.token_version = db.raw('token_version + 1');
    }
    const [user] = await saveUser(db, { ...request.user, ...values }, () => {
      return db('users').where({ id }).update(changes).returning('*');
    });
    response.json({ user: await userJson(user, request) });
  });

  return router;
}

/** Middleware that counts the sign-in attempts for each e-mail. */
function loginLimit({ loginAttempts, loginBlockSeconds }) {
  return rateLimit({
    limit: loginAttempts,
    windowMs: loginBlockSeconds * 1000,
    keyGenerator: (request) =>
      loginFields.shape.email.safeParse(request.body?.user?.email).data ?? '',
    handler: () => {
      throw new HttpError(429, { credentials: ['were wrong too often. Try again later'] });
    },
  });
}

/** Save a user. If the username or the e-mail is taken, the database rejects it, and the client gets status 409. */
async function saveUser(db, { id = 0, username }, save) {
  try {
    return await save();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const isNameTaken = await db('users').where({ username }).whereNot({ id }).first();
    const field = isNameTaken ? 'username' : 'email';
    throw new HttpError(409, { [field]: ['has already been taken'] });
  }
}

async function userJson(user, request) {
  const { username, email, bio, image } = user;
  return { username, email, bio, image, token: await tokenFor(user, request.app.locals.settings) };
}

/** A browser removes these parts from a URL, or reads them as two parts. */
function fitsInUrl(name) {
  return name !== '.' && name !== '..' && !name.includes('/');
}
