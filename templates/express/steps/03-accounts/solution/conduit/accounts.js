/** Accounts: signing up, signing in, and the settings. */

import express from 'express';

import { isDuplicate } from './database.js';
import { Refusal } from './errors.js';
import { fieldsOf } from './fields.js';
import { hashPassword, isPassword } from './passwords.js';
import { signedIn, tokenFor } from './tokens.js';

export const TABLES = `
  CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    bio TEXT,
    image TEXT
  );
`;

export async function accounts(site) {
  const { db, settings } = site;
  await db.exec(TABLES);

  const router = express.Router();

  router.post('/users', async (request, response) => {
    const fields = fieldsOf(request, 'user');
    const user = { username: readName(fields), email: readEmail(fields) };
    const password = readNewPassword(fields);
    fields.check();
    const hash = await hashPassword(password, settings.passwordCost);
    const saved = await unlessTaken(db, user, () =>
      db.get('INSERT INTO account (username, email, password_hash) VALUES (?, ?, ?) RETURNING *', [
        user.username,
        user.email,
        hash,
      ]),
    );
    response.status(201).json({ user: await userJson(saved, settings) });
  });

  router.post('/users/login', async (request, response) => {
    const fields = fieldsOf(request, 'user');
    const email = fields.line('email', {}).toLowerCase();
    const password = readPassword(fields);
    fields.check();
    const user = await findUser(site, email, password);
    if (user === undefined) throw new Refusal(401, { credentials: ['invalid'] });
    response.json({ user: await userJson(user, settings) });
  });

  router.get('/user', signedIn(site), async (request, response) => {
    response.json({ user: await userJson(request.user, settings) });
  });

  router.put('/user', signedIn(site), async (request, response) => {
    const fields = fieldsOf(request, 'user');
    const user = { ...request.user, ...readChanges(fields) };
    const password = fields.has('password') ? readNewPassword(fields) : undefined;
    fields.check();
    if (password !== undefined)
      user.password_hash = await hashPassword(password, settings.passwordCost);
    await unlessTaken(db, user, () =>
      db.run(
        'UPDATE account SET username = ?, email = ?, password_hash = ?, bio = ?, image = ? WHERE id = ?',
        [user.username, user.email, user.password_hash, user.bio, user.image, user.id],
      ),
    );
    response.json({ user: await userJson(user, settings) });
  });

  return router;
}

async function userJson(user, settings) {
  const { username, email, bio, image } = user;
  return { username, email, bio, image, token: await tokenFor(user, settings) };
}

/** What was sent to be changed, and nothing else. */
function readChanges(fields) {
  const read = {
    username: readName,
    email: readEmail,
    bio: () => fields.text('bio', { longest: 5_000, optional: true }) || null,
    image: () => fields.line('image', { longest: 2_000, optional: true }) || null,
  };
  const sent = Object.keys(read).filter((name) => fields.has(name));
  return Object.fromEntries(sent.map((name) => [name, read[name](fields)]));
}

function readName(fields) {
  const name = fields.line('username', { longest: 50 });
  if (name.includes('/') || name === '.' || name === '..') {
    fields.refuse('username', 'cannot stand in an address');
  }
  return name;
}

function readEmail(fields) {
  const email = fields.line('email', { longest: 200 }).toLowerCase();
  if (email && !email.includes('@')) fields.refuse('email', 'must hold an @');
  return email;
}

/** A password that somebody wants to have. */
function readNewPassword(fields) {
  const password = readPassword(fields);
  if (password && password.length < 8) fields.refuse('password', 'must have 8 characters or more');
  if (password.length > 200) fields.refuse('password', 'must have 200 characters or fewer');
  return password;
}

/** A password as it was sent, spaces and all. */
function readPassword(fields) {
  const password = fields.raw('password') ?? '';
  if (password === '') fields.refuse('password', "can't be blank");
  if (typeof password === 'string') return password;
  fields.refuse('password', 'must be text');
  return '';
}

/** The account with this e-mail address, if the password is its own. */
async function findUser({ db, settings }, email, password) {
  const user = await db.get('SELECT * FROM account WHERE email = ?', [email]);
  if (user === undefined) {
    await hashPassword(password, settings.passwordCost); // as slow as a check: the time of the answer tells nothing
    return undefined;
  }
  return (await isPassword(password, user.password_hash)) ? user : undefined;
}

/** Save an account. Only the database can see two people taking a name at once: it refuses, and 409 says which. */
async function unlessTaken(db, user, save) {
  try {
    return await save();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const sql = 'SELECT * FROM account WHERE (username = ? OR email = ?) AND id <> ?';
    const others = await db.all(sql, [user.username, user.email, user.id ?? 0]);
    const taken = ['username', 'email'].filter((name) =>
      others.some((one) => one[name] === user[name]),
    );
    throw new Refusal(
      409,
      Object.fromEntries(taken.map((name) => [name, ['has already been taken']])),
    );
  }
}
