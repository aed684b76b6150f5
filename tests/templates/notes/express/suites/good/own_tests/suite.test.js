/** Suites with hooks, and Node's own HTTP client. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';

import * as site from '../conduit/app.js';

describe('The notes', () => {
  let server;
  before(async () => {
    server = http.createServer(await site.createApp());
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => server.close());

  async function send(method, path, text) {
    const headers = { 'Content-Type': 'application/json' };
    const request = http.request({ port: server.address().port, method, path, headers, agent: false });
    request.end(text === undefined ? '' : JSON.stringify({ note: { text } }));
    const [response] = await once(request, 'response');
    return { status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() };
  }

  it('are empty', async () => {
    assert.equal((await send('GET', '/api/notes')).text, '{"notes":[]}');
  });

  describe('after two posts', () => {
    before(async () => {
      await send('POST', '/api/notes', 'One');
      await send('POST', '/api/notes', 'Two \\ "2"');
    });

    it('are listed', async () => {
      const { notes } = JSON.parse((await send('GET', '/api/notes')).text);
      assert.deepEqual(notes, [
        { id: 2, text: 'Two \\ "2"' },
        { id: 1, text: 'One' },
      ]);
    });

    it('can be edited', async () => {
      assert.equal((await send('PUT', '/api/notes/1', 'Uno')).status, 200);
      assert.deepEqual(JSON.parse((await send('GET', '/api/notes/1')).text), { note: { id: 1, text: 'Uno' } });
    });
  });

  it('must not be blank', async () => {
    assert.match((await send('POST', '/api/notes', '')).text, /must have 1 to 200 characters/);
  });
});
