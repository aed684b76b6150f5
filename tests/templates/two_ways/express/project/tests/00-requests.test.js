/** Requests arrive as they were sent, and responses come back as the site made them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { emptySite } from './support/index.js';

const ORIGIN = { host: 'localhost', 'user-agent': 'tests', connection: 'close' };

test('Method, URL, headers and bytes of a request arrive unchanged', async () => {
  const site = await emptySite();
  const body = Buffer.from([0, 255, 13, 10]);
  const sent = { 'Content-Type': 'text/plain', 'X-Word': 'tea' };
  const answer = await site.request('PUT', '/echo/a%20ä;b?x=%C3%A4&y=1#end', sent, body);
  const { headers, ...echo } = JSON.parse(answer.text);
  assert.deepEqual(echo, { method: 'PUT', rest: 'a ä;b', query: 'x=%C3%A4&y=1', body: '00ff0d0a' });
  const expected = { ...ORIGIN, 'content-type': 'text/plain', 'content-length': '4', 'x-word': 'tea' };
  assert.deepEqual(headers, expected, `Expected these headers. Found ${JSON.stringify(headers)}`);
});

test('A request without a body has no content type', async () => {
  const site = await emptySite();
  const lengths = { GET: {}, POST: { 'content-length': '0' }, DELETE: {} };
  for (const [method, length] of Object.entries(lengths)) {
    const { headers } = JSON.parse((await site.request(method, '/echo/x')).text);
    assert.deepEqual(headers, { ...ORIGIN, ...length }, `Found ${JSON.stringify(headers)} for ${method}`);
  }
});

test('Status, headers and bytes of a response come back unchanged', async () => {
  const site = await emptySite();
  assert.equal((await site.request('GET', '/nowhere')).status, 404, 'Expected status 404.');
  const { headers } = await site.request('GET', '/visits');
  const cookies = headers['set-cookie'].map((cookie) => cookie.split(';')[0]);
  assert.deepEqual(cookies, ['visits=1', 'last=today'], `Expected two cookies. Found ${cookies}`);
  assert.ok(!('date' in headers) && !('connection' in headers), 'Expected only headers of the site.');
  const head = await site.request('HEAD', '/visits');
  assert.deepEqual([head.status, head.body.length], [200, 0], 'Expected status 200 without a body.');
  assert.equal((await site.request('POST', '/')).headers.location, '/', 'Expected the redirect, not its target.');
});
