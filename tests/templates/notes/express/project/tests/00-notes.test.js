/** The list of notes. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { createApp } from '../conduit/app.js';

async function client(t) {
  const server = (await createApp()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return async (method, url, note) => {
    const body = note && JSON.stringify({ note });
    const headers = { 'Content-Type': 'application/json', Connection: 'close' };
    const response = await fetch(`http://127.0.0.1:${server.address().port}${url}`, { method, headers, body });
    return { status: response.status, ...(await response.json()) };
  };
}

test('A new note is on the list', async (t) => {
  const send = await client(t);
  const { status, note } = await send('POST', '/api/notes', { text: 'Tea' });
  assert.equal(status, 201, 'Expected status 201 for a new note.');
  assert.deepEqual((await send('GET', '/api/notes')).notes, [note], 'Expected the new note on the list.');
});

test('A note is edited', async (t) => {
  const send = await client(t);
  await send('POST', '/api/notes', { text: 'Tea' });
  await send('PUT', '/api/notes/1', { text: 'Coffee' });
  assert.equal((await send('GET', '/api/notes/1')).note.text, 'Coffee', 'Expected the new text of the note.');
});
