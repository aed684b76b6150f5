/**
 * The site's settings: what `createApp` is given goes before the environment, and that before settings.json.
 *
 * title, author   shown on every page
 * database        a file, ":memory:", or postgres://… (DATABASE_URL; needs `npm install pg`)
 * secret          signs the tokens of those who are signed in (CONDUIT_SECRET, at least 32 characters); without it,
 *                 this machine makes its own
 * passwordCost    how slow hashing a password is, a power of two; tests use a quick one
 * onQuery         called with each question to the database, before it is asked
 * onRows          called with the number of rows that came as its answer
 * samples         true: a new database begins with sample articles
 */

import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const home = fileURLToPath(new URL('..', import.meta.url));

/** Where this machine keeps its secret. */
export const secretFile = `${home}instance/secret`;

export function readSettings(given = {}) {
  const file = JSON.parse(readFileSync(new URL('settings.json', import.meta.url), 'utf8'));
  const environment = { database: process.env.DATABASE_URL, secret: process.env.CONDUIT_SECRET };
  const settings = { ...file, ...withoutUndefined(environment), ...withoutUndefined(given) };
  settings.secret ||= secretOfThisMachine();
  if (settings.secret.length < 32) {
    throw new Error(
      `The secret has ${settings.secret.length} characters, which can be guessed. ` +
        'Set CONDUIT_SECRET to at least 32 random characters.',
    );
  }
  return settings;
}

/**
 * The secret in the instance folder, made on the first start. Whoever has it can sign in as anyone: never share it.
 * It is written elsewhere and then linked, so that servers that start together never read half of it.
 */
function secretOfThisMachine() {
  mkdirSync(`${home}instance`, { recursive: true });
  if (existsSync(secretFile)) return readFileSync(secretFile, 'utf8');
  const draft = `${secretFile}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    linkSync(draft, secretFile);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(secretFile, 'utf8');
}

function withoutUndefined(settings) {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
