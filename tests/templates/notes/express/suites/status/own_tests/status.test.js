/** Tests that only look at status codes. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { createApp } from '../conduit/app.js';

test('Status codes', async (t) => {
  const server = (await createApp()).listen(0);
  await once(server, 'listening');
  t.after(() => server.close());
  const status = async (method, path, text) => {
    const body = method === 'GET' ? undefined : JSON.stringify({ note: { text } });
    const headers = { 'Content-Type': 'application/json', Connection: 'close' };
    return (await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method, headers, body })).status;
  };
  assert.equal(await status('GET', '/api/notes'), 200);
  assert.equal(await status('POST', '/api/notes', 'Tea "'), 201);
  assert.equal(await status('POST', '/api/notes', ''), 422);
  assert.equal(await status('PUT', '/api/notes/1', 'Coffee'), 200);
  assert.equal(await status('PUT', '/api/notes/1', ''), 422);
  assert.equal(await status('GET', '/api/notes/9'), 404);
});
