/** The visitor of the tests. */

import { AssertionError } from 'node:assert';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';

const realFetch = globalThis.fetch;

/** Fail with a sentence unless the fact holds. */
export function expect(fact, otherwise) {
  if (!fact) throw new AssertionError({ message: otherwise });
}

/** The site, as a visitor sees it. */
export class Site {
  static async open(t) {
    const { createApp } = await import('../conduit/app.js');
    const site = new Site();
    site.server = await createApp();
    site.server.listen(0, '127.0.0.1');
    await once(site.server, 'listening');
    t.after(() => {
      site.server.closeAllConnections();
      site.server.close();
    });
    return site;
  }

  /** What the site answers. */
  async get(address) {
    const response = await realFetch(`http://127.0.0.1:${this.server.address().port}${address}`);
    return new Answer(address, response.status, await response.text());
  }
}

class Answer {
  constructor(address, status, text) {
    Object.assign(this, { address, status, text });
  }

  /** These are its words. */
  says(words) {
    expect(this.status === 200, `no page answers at ${this.address} yet`);
    const message = `${this.address} was expected to say "${words}", and says "${this.text}"`;
    expect(isDeepStrictEqual(this.text, words), message);
  }
}
