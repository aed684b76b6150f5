/** A client of a new site, for one test. */

import { once } from 'node:events';

import { createApp } from '../conduit/app.js';

/** Start a site without notes, and return a function that sends requests to it. */
export async function openSite(t) {
  const server = (await createApp()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return async (method, path, note) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: note && JSON.stringify({ note }),
    });
    return { status: response.status, body: await response.json() };
  };
}
