/** Passwords, of which only a slow hash is kept: scrypt:COST:SALT:KEY. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);
const BYTES = 24;

async function keyFor(password, salt, cost) {
  return await derive(password, salt, BYTES, { cost, maxmem: 2 ** 28 });
}

export async function sealed(password, cost) {
  const salt = randomBytes(16);
  const key = await keyFor(password, salt, cost);
  return ['scrypt', cost, salt.toString('hex'), key.toString('hex')].join(':');
}

/** Whether the password fits; where there is nobody (no `seal`), the same work is done for nothing. */
export async function fits(password, seal, cost) {
  if (!seal) {
    await sealed(password, cost);
    return false;
  }
  const [, rounds, salt, key] = seal.split(':');
  const tried = await keyFor(password, Buffer.from(salt, 'hex'), Number(rounds));
  return timingSafeEqual(tried, Buffer.from(key, 'hex'));
}
