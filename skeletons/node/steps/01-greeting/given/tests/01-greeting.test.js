/** The site greets its visitors. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { get } from './support.js';

test('The greeting page greets the visitor by name', async () => {
  for (const name of ['Grace', 'Łukasz']) {
    const page = await get('/greeting', { name });
    page.contains(`<p>Hello, ${name}!</p>`);
    page.hasStatus(200);
  }
});

test('A visitor without a name is greeted as a visitor', async () => {
  (await get('/greeting')).contains('Hello, visitor!');
  (await get('/greeting', { name: '' })).contains('Hello, visitor!');
});

test('HTML in a name is shown as text', async () => {
  const page = await get('/greeting', { name: '<b>Grace</b> & co' });

  page.contains('Hello, &lt;b&gt;Grace&lt;/b&gt; &amp; co!');
  assert.ok(!page.html.includes('<b>'), 'Expected the name to be escaped on /greeting. Found an unescaped <b>.');
});
