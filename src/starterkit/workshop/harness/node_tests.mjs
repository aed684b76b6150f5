/**
 * Runs the path's tests with node:test in the sandbox and reports each outcome over a pipe, signed.
 *
 * `workshop grade` starts it as a script. A test passed if the call of its function succeeded here, and Node's runner
 * reported success. Each test has a canary next to it: a test with the same name that can only fail.
 */

import { AssertionError } from 'node:assert';
import * as children from 'node:child_process';
import * as crypto from 'node:crypto';
import { closeSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import * as runner from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { take } from './fake_node_test.mjs';
import { listen } from './node_reporter.mjs';
import { sender } from './signed_pipe.mjs';

const LONGEST_MESSAGE = 8_000;
const LONGEST_TEXT = 24_000;
const MOST_NOTES = 10;
const WAIT_FOR_THE_RUNNER = 5_000;
const FAKE_NODE_TEST = new URL('fake_node_test.mjs', import.meta.url).href;
const HERE = fileURLToPath(import.meta.url);
const exit = process.reallyExit.bind(process);
const called = Function.prototype.call.bind(Function.prototype.call);
// Looked up now, because the submission may replace them later, even for good reasons.
const { execFileSync } = children;
const { createHash, randomBytes, randomInt } = crypto;
const { test } = runner;
const pause = wait;

const site = process.cwd();
const siteUrl = `${pathToFileURL(site).href}/`;
const [settings, send] = begin();
send('started');

/** Return the settings, and the function that sends events. Only that function keeps the key. */
function begin() {
  const [json, secret, report] = process.argv.slice(2);
  process.argv.length = 1;
  process.execArgv.length = 0;
  const key = readFileSync(Number(secret));
  closeSync(Number(secret));
  return [JSON.parse(json), sender(Number(report), key)];
}

/** Return the message and text of an error, cut if they are long. */
function describeError(error) {
  let text;
  try {
    text = inspect(error);
  } catch {
    text = 'Error: something was thrown that cannot be shown';
  }
  const ends = text.search(/\n {4}at /);
  const source = error?.name === 'SyntaxError' && !text.includes(siteUrl) ? syntaxError() : '';
  return {
    message: (ends < 0 ? text : text.slice(0, ends)).slice(0, LONGEST_MESSAGE),
    text:
      text.length < LONGEST_TEXT
        ? `${source}${text}`
        : `${text.slice(0, LONGEST_TEXT / 2)}\n…\n${text.slice(-LONGEST_TEXT / 2)}`,
  };
}

const loaded = new Set();
const parsed = new Map();

/** Return what Node prints for a syntax error in the site, because the error of an import has no file and line. */
function syntaxError() {
  for (const url of [...loaded].reverse()) {
    if (!parsed.has(url)) parsed.set(url, parse(fileURLToPath(url)));
    if (parsed.get(url)) return parsed.get(url);
  }
  return '';
}

function parse(file) {
  try {
    execFileSync(process.execPath, ['--check', file], { stdio: 'pipe', timeout: 5_000 });
    return '';
  } catch (failed) {
    return String(failed.stderr ?? '').slice(0, LONGEST_MESSAGE);
  }
}

// Loading the tests

const isSubmitted = (url) => url?.startsWith(siteUrl);
const isPackage = (specifier) => !/^[./#]|^[a-z]+:/.test(specifier);
const packageOf = (specifier) =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/**
 * Give the path's files the harness's `test` and real packages. A project can import itself by the name in its
 * package.json, so a submission could otherwise replace a package of the tests.
 */
function hookImports() {
  const trusted = new Set(settings.trusted.map((file) => pathToFileURL(join(site, file)).href));
  registerHooks({
    resolve(specifier, context, next) {
      if (!trusted.has(context.parentURL)) return next(specifier, context);
      if (specifier === 'node:test') return { url: FAKE_NODE_TEST, format: 'module', shortCircuit: true };
      const resolved = next(specifier, context);
      const name = packageOf(specifier);
      if (isPackage(specifier) && isSubmitted(resolved.url) && name !== settings.name) {
        throw new Error(`The package ${name} is not installed.`);
      }
      return resolved;
    },
    load(url, context, next) {
      if (isSubmitted(url)) loaded.add(url);
      return next(url, context);
    },
  });
}

/** Import what the tests need before a file of the site is imported. */
async function preload() {
  const require = createRequire(join(site, 'package.json'));
  for (const name of settings.preload) {
    try {
      const { href } = pathToFileURL(require.resolve(name));
      if (!isSubmitted(href)) await import(href);
    } catch {
      continue; // the tests will report it
    }
  }
}

/** Return the functions and methods of the tests' support files, by name. */
async function functionsOfTheSupport() {
  const functions = new Map();
  for (const file of settings.support) {
    const exported = await import(pathToFileURL(join(site, file)).href).catch(() => ({}));
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value !== 'function') continue;
      for (const object of [value, value.prototype ?? {}]) {
        for (const key of Object.getOwnPropertyNames(object)) {
          const { value: method } = Object.getOwnPropertyDescriptor(object, key);
          if (typeof method === 'function') functions.set(`${file}: ${name}.${key}`, method);
        }
      }
    }
  }
  return functions;
}

/**
 * Load the test files and return their tests. The files are removed before the first test runs. Tests that aren't for
 * this system are left out. Stretch tests come last, so that they can't stop other tests.
 */
async function collect() {
  const tests = [];
  for (const file of Object.keys(settings.tests)) {
    try {
      await import(pathToFileURL(join(site, file)).href);
    } catch (error) {
      send('broken', { file, ...describeError(error) });
    }
    for (const item of take(false)) {
      if (item.kind === 'test') tests.push({ ...item, file });
      else runner[item.kind](item.call, item.options);
    }
  }
  take(true);
  for (const [file, digest] of Object.entries(settings.tests)) {
    const path = join(site, file);
    if (digestOf(path) !== digest) send('note', { what: `${file} was changed before the tests ran` });
    rmSync(path, { force: true });
  }
  const here = tests.filter(({ name }) => !settings.left_out.includes(name));
  const isLast = ({ name }) => settings.last.includes(name);
  send('collected', { tests: here.length });
  return [...here.filter((item) => !isLast(item)), ...here.filter(isLast)];
}

function digestOf(path) {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return '';
  }
}

// Running them

let waiting;

/** Node's runner reported a test. Tests of the site itself have another file and don't count. */
function hear(type, data) {
  if (data.file === HERE) waiting({ hasPassed: type === 'test:pass' && !data.skip && !data.todo, ...data });
}

/** Run a function as a test; return what Node's runner reports about it. */
async function runAs(name, options, call) {
  const report = new Promise((resolve) => (waiting = resolve));
  await test(name, { timeout: settings.timeout, ...options }, call);
  const lost = new AbortController();
  const silence = { hasPassed: false, details: { error: new Error('Node reported nothing about this test.') } };
  const ended = await Promise.race([
    report,
    pause(WAIT_FOR_THE_RUNNER, silence, { ref: true, signal: lost.signal }),
  ]);
  lost.abort();
  return ended;
}

/** Run the canary of a test. */
async function runCanary({ name, file }) {
  const failure = new AssertionError({ message: randomBytes(16).toString('hex') });
  send('between', { test: name, file });
  const { hasPassed } = await runAs(name, {}, () => {
    throw failure;
  });
  if (hasPassed) send('tampered', { what: 'a canary, a test that can only fail, passed' });
  send('rested');
}

async function runTest({ name, file, options, call }) {
  let state = 'not called';
  let error;
  send('began', { test: name, file });
  const ended = await runAs(name, options, async (t) => {
    state = 'called';
    try {
      await called(call, undefined, t);
    } catch (thrown) {
      state = 'raised';
      error = thrown;
      throw thrown;
    }
    state = 'passed';
  });
  if (state === 'passed' && ended.hasPassed) send('ended', { test: name, file, outcome: 'passed' });
  else send('ended', { test: name, file, outcome: 'failed', ...whyNot(ended, state, error) });
}

function whyNot(ended, state, error) {
  const skipped = ended.skip ?? ended.todo;
  if (skipped !== undefined) {
    return { kind: 'skipped', message: typeof skipped === 'string' ? skipped : '', text: '' };
  }
  return describeError(state === 'raised' ? error : ended.details?.error);
}

async function main() {
  hookImports();
  listen(hear);
  await preload();
  send('begun');
  await runCanary({ name: 'before all', file: '' });
  const functions = await functionsOfTheSupport();
  const tests = await collect();
  for (const item of tests) {
    const isFirst = randomInt(2) === 0;
    if (isFirst) await runCanary(item);
    await runTest(item);
    if (!isFirst) await runCanary(item);
  }
  const now = await functionsOfTheSupport();
  const replaced = [...functions].filter(([name, was]) => now.get(name) !== was);
  for (const [name] of replaced.slice(0, MOST_NOTES)) {
    send('note', { what: `${name.slice(0, 200)} was replaced while the tests ran` });
  }
  send('finished', { code: 0 });
  exit(0); // so that nothing of the submission keeps running
}

await main();
