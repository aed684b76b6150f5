/** The site: one function from a request to an answer. */

import { createServer } from 'node:http';

import { pageAt } from './pages.js';

export function createApp() {
  return createServer((request, response) => {
    const [status, text] = pageAt(decodeURIComponent(request.url));
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
  });
}
