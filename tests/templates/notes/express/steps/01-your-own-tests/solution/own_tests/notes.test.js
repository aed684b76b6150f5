/** The list of notes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openSite } from './client.js';

test('The newest note is first', async (t) => {
  const send = await openSite(t);
  await send('POST', '/api/notes', { text: 'Tea' });
  await send('POST', '/api/notes', { text: 'She said: "Cake!"' });

  const { body } = await send('GET', '/api/notes');
  assert.deepEqual(
    body.notes.map(({ text }) => text),
    ['She said: "Cake!"', 'Tea'],
  );
});

test('A blank note is rejected', async (t) => {
  const send = await openSite(t);

  assert.equal((await send('POST', '/api/notes', { text: ' ' })).status, 422);
});

test('A note is edited', async (t) => {
  const send = await openSite(t);
  const { body } = await send('POST', '/api/notes', { text: 'Tea' });
  await send('PUT', `/api/notes/${body.note.id}`, { text: 'Coffee' });

  assert.equal((await send('GET', `/api/notes/${body.note.id}`)).body.note.text, 'Coffee');
});
