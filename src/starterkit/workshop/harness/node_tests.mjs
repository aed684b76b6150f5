/**
 * Runs the path's tests with node:test in the sandbox and reports each outcome over a pipe, signed.
 *
 * `workshop grade` starts it as a script. The outcome of a test is what the call of its function did, seen here, and what
 * Node's runner told of it; both have to be good. Beside each test stands a twin that can only fail: where one does not,
 * somebody meddles with outcomes.
 */

import { AssertionError } from 'node:assert';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { closeSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import * as runner from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { take } from './node_face.mjs';
import { listen } from './node_reporter.mjs';
import { sender } from './node_sending.mjs';
import { closeDoors, Watch } from './node_watching.mjs';

const LONGEST_WORDS = 8_000;
const LONGEST_TEXT = 24_000;
const WAIT_FOR_THE_RUNNER = 5_000;
const FACE = new URL('node_face.mjs', import.meta.url).href;
const exit = process.reallyExit.bind(process);
const called = Function.prototype.call.bind(Function.prototype.call);

const site = process.cwd();
const siteUrl = `${pathToFileURL(site).href}/`;
const [settings, send] = begin();
send('started');
const told = new Set();
const watch = new Watch(tampered);

/** What is to be done, and what tells how it went. Nothing of that stays where others can read it. */
function begin() {
  const [words, secret, report] = process.argv.slice(2);
  process.argv.length = 1;
  process.execArgv.length = 0;
  const key = readFileSync(Number(secret));
  closeSync(Number(secret));
  return [JSON.parse(words), sender(Number(report), key)];
}

/** Tell that somebody meddles, each way once. */
function tampered(what) {
  if (told.has(what) || told.size >= 20) return;
  told.add(what);
  send('tampered', { what: what.slice(0, 300) });
}

/** What an error says, in short and whole, as far as there is room. */
function wordsOf(error) {
  let text;
  try {
    text = inspect(error);
  } catch {
    text = 'Error: something was thrown that cannot be shown';
  }
  const ends = text.search(/\n {4}at /);
  return {
    message: (ends < 0 ? text : text.slice(0, ends)).slice(0, LONGEST_WORDS),
    text:
      text.length < LONGEST_TEXT
        ? text
        : `${text.slice(0, LONGEST_TEXT / 2)}\n…\n${text.slice(-LONGEST_TEXT / 2)}`,
  };
}

// Reading the tests

const isOurs = (url) => url === undefined || !url.startsWith(siteUrl);
const isPackage = (specifier) => !/^[./#]|^[a-z]+:/.test(specifier);
const packageOf = (specifier) =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/**
 * The path's files get the harness's `test`; who else asks for the test program is told of. And what they take for a
 * package is one: a project can be asked for by its name, and takes only its own.
 */
function hookImports() {
  const trusted = new Set(settings.trusted.map((file) => pathToFileURL(join(site, file)).href));
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('node:test')) {
        const from = context.parentURL;
        if (trusted.has(from)) return { url: FACE, format: 'module', shortCircuit: true };
        if (!isOurs(from)) tampered('it asked for the test program (node:test)');
      }
      const found = next(specifier, context);
      if (trusted.has(context.parentURL) && isPackage(specifier) && !isOurs(found.url)) {
        checkName(packageOf(specifier));
      }
      return found;
    },
  });
}

function checkName(name) {
  if (name === settings.name) return;
  tampered(`its package.json takes the name of a package of the tests: ${name}`);
  throw new Error(`The package ${name} is not installed.`);
}

/** Know all that is trusted before a file of the site is imported. */
async function preload() {
  const require = createRequire(join(site, 'package.json'));
  for (const name of settings.preload) {
    try {
      const { href } = pathToFileURL(require.resolve(name));
      if (isOurs(href)) await import(href);
    } catch {
      continue; // the tests will say so themselves
    }
  }
}

async function support() {
  const found = [];
  for (const file of settings.support) {
    try {
      found.push([file, await import(pathToFileURL(join(site, file)).href)]);
    } catch {
      continue; // so will they here
    }
  }
  return found;
}

/** The tests of all files, each with its file. The files are gone before the first one runs. */
async function collected() {
  const tests = [];
  for (const file of Object.keys(settings.tests)) {
    try {
      await import(pathToFileURL(join(site, file)).href);
    } catch (error) {
      send('broken', { file, ...wordsOf(error) });
    }
    for (const one of take(false)) {
      if (one.kind === 'test') tests.push({ ...one, file });
      else runner[one.kind](one.call, one.options);
    }
  }
  take(true);
  for (const [file, digest] of Object.entries(settings.tests)) {
    const path = join(site, file);
    if (digestOf(path) !== digest) tampered(`it changed ${file}`);
    rmSync(path, { force: true });
  }
  send('collected', { tests: tests.length });
  return tests;
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
let registered = 0;
let reported = 0;

function hear(type, data) {
  reported += 1;
  if (reported > registered || data.testNumber !== registered) {
    tampered('it runs tests of its own');
    return;
  }
  waiting({ hasPassed: type === 'test:pass' && !data.skip && !data.todo, ...data });
}

/** Let Node's runner run a function as a test; what it tells of it. */
async function runAs(name, options, call) {
  registered += 1;
  const report = new Promise((resolve) => (waiting = resolve));
  await runner.test(name, { timeout: settings.timeout, ...options }, call);
  const lost = new AbortController();
  const ended = await Promise.race([
    report,
    pause(WAIT_FOR_THE_RUNNER, null, { ref: true, signal: lost.signal }),
  ]);
  lost.abort();
  if (ended === null) tampered('it silenced the test program');
  return ended ?? { hasPassed: false };
}

/** The twin of a test: of the same name, and it can only fail. */
async function runTwin({ name, file }) {
  const failure = new AssertionError({ message: randomBytes(16).toString('hex') });
  send('between', { test: name, file });
  const ended = await runAs(name, {}, () => {
    throw failure;
  });
  if (ended.hasPassed || ended.details?.error?.cause !== failure) {
    tampered('a test that can only fail did not: outcomes are being changed');
  }
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
    } catch (wrong) {
      state = 'raised';
      error = wrong;
      throw wrong;
    }
    watch.look(randomInt(16) === 0);
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
  return wordsOf(state === 'raised' ? error : ended.details?.error);
}

async function main() {
  hookImports();
  listen(hear);
  closeDoors(tampered);
  await preload();
  send('begun');
  await runTwin({ name: 'before all', file: '' });
  watch.remember();
  watch.rememberSupport(await support());
  const tests = await collected();
  for (let at = 0; at < tests.length; at += 1) {
    const isFirst = randomInt(2) === 0;
    if (isFirst) await runTwin(tests[at]);
    await runTest(tests[at]);
    if (!isFirst) await runTwin(tests[at]);
  }
  watch.look(true);
  send('finished', { code: 0 });
  exit(0); // whatever the submission left behind, nothing more of it runs
}

await main();
