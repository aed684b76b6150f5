/** Sends requests, the same for both ways. */

import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

const OF_THE_SERVER = ['date', 'connection', 'keep-alive']; // headers of a response that the site didn't make

/**
 * Send a request to the site at a port. Cookies aren't kept, and redirects aren't followed. The response has the
 * `status`, the `headers` by their lowercase names, and the `body` as bytes. A header that may come several times, such
 * as `set-cookie`, is a list.
 */
export async function send(port, method, url, headers = {}, body = Buffer.alloc(0)) {
  const { pathname, search } = new URL(`http://localhost${url}`);
  const hasLength = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method);
  const length = hasLength ? { 'Content-Length': body.length } : {};
  const usual = { Host: 'localhost', 'User-Agent': 'tests', ...length };
  const response = await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: pathname + search, agent: false };
    const sent = request({ ...options, headers: { ...usual, ...headers } }, resolve);
    sent.on('error', reject).end(body);
  });
  const content = await buffer(response);
  const received = { ...response.headers };
  for (const name of OF_THE_SERVER) delete received[name];
  return { status: response.statusCode, headers: received, body: content, text: content.toString() };
}
