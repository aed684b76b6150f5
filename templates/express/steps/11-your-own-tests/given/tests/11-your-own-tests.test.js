/** Your own tests in the folder own_tests/ notice faults, and a workflow runs them. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { FAULTS } from './faults.js';
import { runInNewProcess } from './fault-runs.js';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const options = { timeout: 120_000 };
let running;

/** The result of your tests, without a fault and with each fault. */
function result() {
  return (running ??= runInNewProcess());
}

test('Your tests use a separate database', options, async () => {
  (await result()).expectOwnDatabase();
});

test('Your tests pass on your site', options, async () => {
  (await result()).expectPassing();
});

test('Your tests catch at least five of six faults', options, async () => {
  (await result()).expectCaught();
});

test('The workflow runs all tests', () => {
  const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: PROJECT });
  const example = 'Expected a file such as .github/workflows/tests.yml. Found none.';
  assert.ok(files.length > 0, example);
  const text = files
    .map((file) => readFileSync(`${PROJECT}/${file}`, 'utf8').replace(/(^|\s)#.*/gm, ''))
    .join('\n');

  const needed = {
    'the event push': /^(on|'on'|"on"):.*(\n[\s-].*)*\bpush\b/m,
    'actions/checkout': /\buses: actions\/checkout@(v\d|[0-9a-f]{40}\b)/,
    'actions/setup-node': /\buses: actions\/setup-node@(v\d|[0-9a-f]{40}\b)/,
    'npm ci, which installs the pinned packages': /\bnpm ci\b/,
    'a command that runs the tests of the path':
      /\bnpm (test|run test)\b|\bnode --test\b.*\btests\b/,
    'a command that runs your own tests': /\bown_tests\b|\bown-tests\b/,
  };
  for (const [what, pattern] of Object.entries(needed)) {
    const message = `Expected ${what} in .github/workflows/. Found none in ${files.join(', ')}.`;
    assert.match(text, pattern, message);
  }
  const ignored = /continue-on-error: true|\|\| true/.exec(text)?.[0];
  const message = `Expected each failing test to stop the workflow. Found \`${ignored}\`.`;
  assert.ok(!ignored, message);
});

test('Your tests catch all six faults', options, async () => {
  (await result()).expectCaught(FAULTS.length);
});
