/** Passwords: never kept, only what comes out of a function that is slow and cannot be run backwards. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(scrypt);
const BYTES = 32;
const MEMORY = 256 * 1024 * 1024;
const ROUNDS = 3;

/** What to keep in place of a password: how slow the hashing was, how often it was done, the salt, and the hash. */
export async function hashPassword(password, cost) {
  const salt = randomBytes(16);
  const key = await hash(password, salt, BYTES, { cost, parallelization: ROUNDS, maxmem: MEMORY });
  return `scrypt$${cost}:${ROUNDS}$${salt.toString('hex')}$${key.toString('hex')}`;
}

/** Whether this is the password that was hashed. */
export async function isPassword(password, kept) {
  const [, work, salt, key] = kept.split('$');
  const [cost, parallelization = 1] = work.split(':').map(Number);
  const options = { cost, parallelization, maxmem: MEMORY };
  const again = await hash(password, Buffer.from(salt, 'hex'), BYTES, options);
  return timingSafeEqual(again, Buffer.from(key, 'hex'));
}
