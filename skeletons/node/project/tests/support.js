/** A small client for the tests. It sends requests to the site and checks the pages. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** The site's response to a request: the URL path, the status code and the HTML. */
class Page {
  constructor(path, status, html) {
    Object.assign(this, { path, status, html });
  }

  /** Fail unless the page contains exactly this HTML. */
  contains(html) {
    assert.notEqual(this.status, 404, `Expected a page at ${this.path}. Found none (status 404).`);
    assert.ok(this.html.includes(html), `Expected ${html} in the HTML of ${this.path}. Found none.`);
  }

  /** Fail unless the response has this status code. */
  hasStatus(status) {
    assert.equal(this.status, status, `Expected status ${status} for ${this.path}. Found ${this.status}.`);
  }
}

/** Send a GET request with these query parameters, and return the page. */
export async function get(path, parameters = {}) {
  // Import the site here and not at the top, so that each test reports a mistake in the site's code.
  const { createApp } = await import('../webapp/app.js');
  const app = createApp();
  const server = createServer((request, response) => app.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${server.address().port}${path}?${new URLSearchParams(parameters)}`;
    const response = await fetch(url);
    return new Page(path, response.status, await response.text());
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
