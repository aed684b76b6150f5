/** Passwords: never kept, only what comes out of a function that is slow and cannot be run backwards. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(scrypt);
const BYTES = 32;
const MEMORY = 256 * 1024 * 1024;

/** What to keep in place of a password: how slow the hashing was, the salt, and the hash. */
export async function hashPassword(password, cost) {
  const salt = randomBytes(16);
  const key = await hash(password, salt, BYTES, { cost, maxmem: MEMORY });
  return `scrypt$${cost}$${salt.toString('hex')}$${key.toString('hex')}`;
}

/** Whether this is the password that was hashed. */
export async function isPassword(password, kept) {
  const [, cost, salt, key] = kept.split('$');
  const options = { cost: Number(cost), maxmem: MEMORY };
  const again = await hash(password, Buffer.from(salt, 'hex'), BYTES, options);
  return timingSafeEqual(again, Buffer.from(key, 'hex'));
}
