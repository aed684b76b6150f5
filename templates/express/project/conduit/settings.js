/** The settings of the site. `createApp(options)` overrides the environment, which overrides settings.json. */

import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Settings
 * @property {string} title shown on every page
 * @property {string} author shown on every page
 * @property {string} contactEmail
 * @property {string} database the path of a file, ":memory:", or a URL that begins with postgres://
 * @property {string} secret signs tokens, at least 32 characters
 * @property {number} passwordCost how slow it is to hash a password, a power of two
 * @property {number} shutdownSeconds how long a server that stops waits for open requests
 * @property {number} loginAttempts how many wrong passwords are allowed for an e-mail
 * @property {number} loginBlockSeconds how long sign-in is blocked after that
 */

/** The folder of the project. */
export const home = fileURLToPath(new URL('..', import.meta.url));

/** The file with the secret of this machine. */
export const secretFile = `${home}instance/secret`;

/**
 * @param {Partial<Settings>} [options]
 * @returns {Settings}
 */
export function readSettings(options = {}) {
  const file = JSON.parse(readFileSync(new URL('settings.json', import.meta.url), 'utf8'));
  const settings = { ...file, ...fromEnvironment(file), ...options };
  if (!/^(:memory:$|postgres)/.test(settings.database)) {
    settings.database = resolve(home, settings.database);
  }
  return settings;
}

/**
 * The secret in the settings, or the secret of this machine.
 *
 * @param {Settings} settings
 */
export function readSecret(settings) {
  const secret = settings.secret || secretOfThisMachine();
  if (secret.length >= 32) return secret;
  throw new Error('CONDUIT_SECRET is too short. Use at least 32 random characters.');
}

/** The settings in the environment. CONDUIT_CONTACT_EMAIL overrides `contactEmail`, for example. */
function fromEnvironment(file) {
  const settings = {};
  for (const name of [...Object.keys(file), 'secret']) {
    const variable = `CONDUIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const value = process.env[variable];
    if (value) settings[name] = typeof file[name] === 'number' ? Number(value) : value;
  }
  return settings;
}

/**
 * The secret in the folder instance/, created at the first start. The file is written under another name first, so
 * that two servers that start at the same moment never read half of a secret.
 */
function secretOfThisMachine() {
  if (!existsSync(secretFile)) {
    mkdirSync(`${home}instance`, { recursive: true });
    const draft = `${secretFile}.${process.pid}`;
    writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
    try {
      linkSync(draft, secretFile);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  return readFileSync(secretFile, 'utf8');
}
