/** Sends requests to the site, the same for both ways. */

import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export const SECRET = 'only for tests, and long enough for the site'; // signs the tokens of the site

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
    const response = await this.#begin(method, url, headers, body);
    return { ...headOf(response), body: await buffer(response) };
  }

  /** Send a GET request, and return the response before it ends. Its `body` is a stream. */
  async open(url, headers = {}) {
    const response = await this.#begin('GET', url, headers, Buffer.alloc(0));
    return { ...headOf(response), body: response };
  }

  async #begin(method, url, headers, body) {
    const { pathname, search } = new URL(`http://localhost${url}`);
    const length = body.length > 0 ? { 'Content-Length': body.length } : {};
    const usual = { Host: 'localhost', 'User-Agent': 'tests', ...length };
    const where = { host: '127.0.0.1', port: this.#port, path: pathname + search };
    const options = { ...where, method, agent: this.#agent, headers: { ...usual, ...headers } };
    return await new Promise((resolve, reject) => {
      request(options, resolve).on('error', reject).end(body);
    });
  }

  /** Close all connections. */
  close() {
    this.#agent.destroy();
  }
}

function headOf({ statusCode, headers }) {
  const received = { ...headers };
  for (const name of OF_THE_SERVER) delete received[name];
  return { status: statusCode, headers: received };
}
