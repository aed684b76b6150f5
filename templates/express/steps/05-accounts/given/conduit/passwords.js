/** Passwords: the site stores only a slow hash. Nobody can compute the password from the hash. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** @type {(password: string, salt: Buffer, length: number, options: object) => Promise<Buffer>} */
const scryptHash = promisify(scrypt);

/** The text to store: the cost of the hash, the salt and the hash. */
export async function hashPassword(password, cost) {
  const salt = randomBytes(16);
  const hash = await slowHash(password, salt, cost);
  return `scrypt$${cost}$${salt.toString('hex')}$${hash.toString('hex')}`;
}

/** True if this password was hashed. If the stored text isn't a hash, no password is correct. */
export async function isPassword(password, stored) {
  const [, cost, salt, hash] = stored.split('$');
  if (!hash) return false;
  const actual = await slowHash(password, Buffer.from(salt, 'hex'), Number(cost));
  return timingSafeEqual(actual, Buffer.from(hash, 'hex'));
}

/** OWASP recommends these numbers for scrypt, with a cost of 2 ** 15. */
async function slowHash(password, salt, cost) {
  const options = { cost, blockSize: 8, parallelization: 3, maxmem: 256 * cost * 8 };
  return await scryptHash(password, salt, 32, options);
}
