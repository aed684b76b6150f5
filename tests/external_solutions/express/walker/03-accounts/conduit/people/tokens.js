/** Tokens: a JWT whose subject is the number of a person. */

import { SignJWT, jwtVerify } from 'jose';

const ALGORITHM = 'HS256';

export class Tokens {
  #key;

  constructor(secret) {
    this.#key = new TextEncoder().encode(secret);
  }

  issue(id) {
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(String(id))
      .setExpirationTime('30d')
      .sign(this.#key);
  }

  /** The number in a token; null where the token is no good. */
  async read(token) {
    try {
      const { payload } = await jwtVerify(token, this.#key, { algorithms: [ALGORITHM] });
      return Number(payload.sub);
    } catch {
      return null;
    }
  }
}
