/**
 * Run the tests in own_tests/ without a fault, and then with each fault of faults.js.
 *
 * All runs happen in one process, which isn't the process of the path's tests. Type a fault's name to see what your
 * tests say: `node tests/fault-runs.js missing`. Without a name, the command lists all faults.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { FAULTS, install, now } from './faults.js';

export const [WITHOUT, AGAIN] = ['without a fault', 'without a fault again'];
const FOLDER = 'own_tests';
const NEEDED = 5; // of the six faults
const LIMIT_SECONDS = 10; // of processor time, for all runs together
const WAIT_SECONDS = 100;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = 'starterkit exec -- node tests/fault-runs.js';

/** Return the URLs of the test files in own_tests/. */
export function ownTests() {
  const files = globSync(`${FOLDER}/**/*.test.js`, { cwd: ROOT }).sort();
  return files.map((file) => pathToFileURL(join(ROOT, file)).href);
}

/** True if this process has used more processor time than all runs may use. */
export function isTooSlow() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 > LIMIT_SECONDS;
}

/**
 * The result of all runs: how many tests pass without a fault, and the names of the faults that they miss. `failures`
 * are the failing tests without a fault. `again` is the same for the last run. `problem` is why the runs are
 * incomplete, or ''. `usedSiteDatabase` is true if a test opened the database of the site.
 */
export class Result {
  passed = 0;
  failures = [];
  again = [];
  missed = [];
  problem = '';
  usedSiteDatabase = false;

  constructor(values) {
    Object.assign(this, values);
  }

  /** Fail if there are no tests, or if a test opened the database of the site. */
  expectOwnDatabase() {
    const advice = 'Pass `database` to `createApp`.';
    const found = `Found the database of the site. ${advice}`;
    const expected = `Expected the tests in ${FOLDER}/ to have their own database.`;
    assert.ok(!this.usedSiteDatabase, `${expected} ${found}`);
    const { passed, failures, problem } = this;
    const example = `For example: ${FOLDER}/articles.test.js`;
    const isThere = passed > 0 || failures.length > 0 || problem;
    assert.ok(isThere, `Expected a test in ${FOLDER}/. Found none.\n${example}`);
  }

  /** Fail unless there are tests, and all of them pass without a fault. */
  expectPassing() {
    this.expectOwnDatabase();
    const expected = `Expected the tests in ${FOLDER}/ to pass.`;
    const { failures, again, problem } = this;
    const some = failures.slice(0, 3).join('\n');
    assert.ok(failures.length === 0, `${expected} Found ${failures.length} failing:\n${some}`);
    assert.ok(!problem, `${expected} ${problem}`);
    const question =
      'This test passes in the first run, and fails in a later run. What do your tests leave behind?';
    assert.ok(again.length === 0, `${expected} Found ${again[0]}\n${question}`);
  }

  /** Fail unless the tests pass, and notice enough faults. */
  expectCaught(needed = NEEDED) {
    this.expectPassing();
    const caught = FAULTS.length - this.missed.length;
    if (caught >= needed) return;
    const [first, ...others] = FAULTS.filter(({ name }) => this.missed.includes(name));
    const also =
      others.length > 0 ? ` They also miss: ${others.map(({ name }) => name).join(', ')}.` : '';
    assert.fail(
      `Your tests pass although ${first.text}. ${first.advice}\n` +
        `Your tests catch ${caught} of ${FAULTS.length} faults, and ${needed} are needed.${also}\n` +
        `Run your tests with this fault: \`${COMMAND} ${first.name}\``,
    );
  }
}

/** Run the tests in all rounds, and return the result. */
async function runAll() {
  const rounds = new Map();
  let [passed, failures] = [0, []];
  const file = fileURLToPath(new URL('fault-rounds.js', import.meta.url));
  for await (const { type, data } of run({ files: [file], isolation: 'none' })) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details.error;
    if (type === 'test:fail' && error?.failureType !== 'subtestsFailed')
      failures.push(
        `${data.name}: ${(error?.cause?.message ?? String(error)).trim().split('\n')[0]}`,
      );
    if (type === 'test:pass' && data.details.type !== 'suite' && data.nesting > 0) passed += 1;
    if (data.nesting > 0) continue;
    rounds.set(data.name, { passed, failures });
    [passed, failures] = [0, []];
  }
  const missed = FAULTS.filter(({ name }) => rounds.get(name)?.failures.length === 0).map(
    ({ name }) => name,
  );
  const slow =
    `${rounds.size} runs need more than ${LIMIT_SECONDS} s of processor time. ` +
    'Create the site once for all tests, and empty its database before each test.';
  return new Result({
    ...rounds.get(WITHOUT),
    missed,
    again: rounds.get(AGAIN)?.failures ?? [],
    problem: isTooSlow() ? slow : '',
  });
}

/** Return the result of all runs, in a new process. */
export async function runInNewProcess() {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const file = join(folder, 'result.json');
  try {
    // Options of this run, such as its reporters, aren't for the learner's tests.
    const ignored = ['NODE_OPTIONS', 'NODE_TEST_CONTEXT', 'STARTERKIT_SITE', 'DATABASE_URL'];
    const database = join(folder, 'site.db');
    const env = { ...process.env, CONDUIT_DATABASE: database };
    for (const name of ignored) delete env[name];
    const args = [fileURLToPath(import.meta.url), '--result', file];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_SECONDS * 1000);
    const ended = once(child, 'close');
    const errors = (await child.stderr.toArray()).join('').trim().split('\n');
    const [code, signal] = await ended;
    clearTimeout(timer);
    if (existsSync(file)) {
      const usedSiteDatabase = existsSync(database);
      return new Result({ ...JSON.parse(readFileSync(file, 'utf8')), usedSiteDatabase });
    }
    if (signal) return new Result({ problem: `They were still running after ${WAIT_SECONDS} s.` });
    const error = errors.find((line) => /^\w*Error\b/.test(line)) ?? errors.at(-1);
    return new Result({ problem: `They ended the program: ${error || `exit code ${code}`}` });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main([first, file]) {
  if (first === '--result') {
    writeFileSync(file, JSON.stringify(await runAll()));
    process.exit(); // even if the learner's tests left a server behind
  }
  if (first) {
    now.fault = FAULTS.find(({ name }) => name === first);
    if (!now.fault) {
      console.log(
        `Unknown fault "${first}". Use one of: ${FAULTS.map(({ name }) => name).join(', ')}.`,
      );
      process.exit(2);
    }
    install();
    const files = ownTests().map((url) => fileURLToPath(url));
    run({ files, isolation: 'none' })
      .on('test:fail', () => (process.exitCode = 1))
      .compose(new Spec())
      .pipe(process.stdout);
    return;
  }
  const result = await runInNewProcess();
  try {
    result.expectPassing();
    for (const { name, text } of FAULTS)
      console.log(
        `${result.missed.includes(name) ? 'missed' : 'caught'}  ${name.padEnd(10)} ${text}`,
      );
  } catch ({ message }) {
    console.log(message);
    process.exitCode = 1;
  }
}

// Without `await`, because fault-rounds.js imports this file while `main` runs.
if (process.argv[1] === fileURLToPath(import.meta.url)) void main(process.argv.slice(2));
