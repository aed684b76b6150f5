/** Lines in the guest book. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Browser, emptySite, startSite } from './support/index.js';

test('A new line is shown on the page', async () => {
  const browser = new Browser(await emptySite());
  const { status, headers } = await browser.post('/', { line: 'Tea & cake' });
  assert.deepEqual([status, headers.location], [303, '/'], 'Expected a redirect to / after a new line.');
  const { text } = await browser.get('/');
  assert.ok(text.includes('<p>Tea &amp; cake</p>'), `Expected the line on /. Found ${text}`);
});

test('A line that is already in the book is rejected', async () => {
  const browser = new Browser(await emptySite());
  await browser.post('/', { line: 'Tea' });
  const { status } = await browser.post('/', { line: 'Tea' });
  assert.equal(status, 409, 'Expected status 409 for a line that is already in the book.');
  assert.equal((await browser.get('/')).text.split('Tea').length, 2, 'Expected the line once.');
});

test('The second of two visitors who write the same line is rejected', async () => {
  const site = await emptySite();
  const browser = new Browser(site);
  const other = new Browser(site);
  const answer = await site.hook(
    () => other.post('/', { line: 'Tea' }),
    () => browser.post('/', { line: 'Tea' }),
  );
  assert.equal(answer.status, 409, `Expected status 409 for the slower visitor. Found ${answer.status}.`);
  assert.equal(answer.text, 'Another visitor was quicker.', 'Expected the slower visitor to learn the reason.');
});

test('The page needs one query for all lines', async () => {
  const site = await emptySite();
  const browser = new Browser(site);
  for (const [number, line] of ['Tea', 'Cake'].entries()) {
    await browser.post('/', { line });
    const { statements, work } = await site.queries(() => browser.get('/'));
    assert.equal(statements.length, 1, `Expected one query. Found ${statements}`);
    assert.equal(work, number + 1, `Expected a row for each line. Found ${work}.`);
  }
});

test('The command add adds a line, and rejects a blank line', async () => {
  const site = await emptySite();
  const added = await site.run('add', 'From the terminal');
  assert.deepEqual(added, { code: 0, output: 'Added: From the terminal\n' }, 'Expected success.');
  const { text } = await site.request('GET', '/');
  assert.ok(text.includes('From the terminal'), `Expected the line on /. Found ${text}`);
  assert.equal((await site.run('add', ' ')).code, 1, 'Expected the exit code 1 for a blank line.');
});

test('The page /now tells the time of the site', async () => {
  const site = await emptySite();
  const told = new Date((await site.request('GET', '/now')).text);
  const age = (await site.now()) - told;
  assert.ok(age >= 0 && age < 10_000, `Expected the time of the site. Found a difference of ${age} ms.`);
});

test('Each browser counts its own visits', async () => {
  const site = await emptySite();
  const browser = new Browser(site);
  const counts = [];
  for (let visit = 0; visit < 3; visit += 1) counts.push((await browser.get('/visits')).text);
  assert.deepEqual(counts, ['1', '2', '3'], `Expected 1, 2, 3. Found ${counts}.`);
  assert.equal((await new Browser(site).get('/visits')).text, '1', 'Expected 1 for a new browser.');
});

test('The setting name is the heading of the page', async (t) => {
  const site = await emptySite();
  const named = new Browser(await startSite(t, { name: 'Notes' }));
  assert.ok((await named.get('/')).text.includes('<h1>Notes</h1>'), 'Expected the name in the heading.');
  await named.post('/', { line: 'Only there' });
  const { text } = await site.request('GET', '/');
  assert.ok(!text.includes('Only there'), 'Expected a second database for a second site.');
});
