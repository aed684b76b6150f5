/** Sends requests to the site, the same for both ways. */

import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

const OF_THE_SERVER = ['date', 'connection', 'keep-alive', 'transfer-encoding']; // the site didn't make these headers

/** Opens connections to the site at a port, and keeps them open for the next request. */
export class Client {
  #agent = new Agent({ keepAlive: true });
  #port;

  constructor(port) {
    this.#port = port;
  }

  /**
   * Send a request. Cookies aren't kept, and redirects aren't followed. The response has the `status`, the `headers` by
   * their lowercase names, and the `body` as bytes.
   */
  async send(method, url, headers = {}, body = Buffer.alloc(0)) {
    const { pathname, search } = new URL(`http://localhost${url}`);
    const length = body.length > 0 ? { 'Content-Length': body.length } : {};
    const usual = { Host: 'localhost', 'User-Agent': 'tests', ...length };
    const options = {
      host: '127.0.0.1',
      port: this.#port,
      method,
      path: pathname + search,
      agent: this.#agent,
    };
    const response = await new Promise((resolve, reject) => {
      const sent = request({ ...options, headers: { ...usual, ...headers } }, resolve);
      sent.on('error', reject).end(body);
    });
    const received = { ...response.headers };
    for (const name of OF_THE_SERVER) delete received[name];
    return { status: response.statusCode, headers: received, body: await buffer(response) };
  }

  /** Close all connections. */
  close() {
    this.#agent.destroy();
  }
}
