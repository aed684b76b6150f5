/**
 * Ends a run of Node's tests at the first test that gets stuck, and writes down where.
 *
 * `starterkit check` loads this file with NODE_OPTIONS, and Node runs it in three roles:
 *
 * - before the tests: it starts a worker
 * - as this worker: it watches the main thread, and can stop it with the inspector, even in an endless loop
 * - as a reporter: it sends the start and end of each test to the worker, and writes what a failing test printed
 *
 * Node writes its JUnit report only at the end, so the note also has the tests that had ended. Limits count processor
 * time, so a busy machine doesn't stop a run. If Node runs each test file in a process, each process has a watchdog.
 * This watchdog only knows whether the event loop still turns. If the site runs in another process, whose processor time
 * is unknown, a run that only waits isn't stopped.
 */

import { setMaxListeners } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const BUSY_MS = 5_000;
const IDLE_MS = 15_000;
const IDLE_USE = 0.05;
const TICK_MS = 100;
const LOOK_MS = 1_000;
const WAITING_MS = 5_000;
const LONGEST_TEXT = 32_000;
const KEY = Symbol.for('starterkit.watchdog');

const { execArgv, env } = process;
const isRunner = execArgv.includes('--test');
const isAlone = execArgv.some((option) => option.endsWith('test-isolation=none'));

if (!isMainThread && workerData?.note) watch(workerData);
else if (isMainThread && env.STARTERKIT_STUCK && (isRunner || env.NODE_TEST_CONTEXT)) begin();

function begin() {
  setMaxListeners(20); // our reporter is one listener more than Node expects, and Node would print a warning
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { note: env.STARTERKIT_STUCK, canWait: !(isRunner && isAlone) || env.STARTERKIT_SITE === 'http' },
    execArgv: [],
    env: {},
  });
  worker.unref();
  Object.defineProperty(globalThis, KEY, { value: { worker, note: env.STARTERKIT_STUCK, isAlone: isRunner && isAlone } });
  // A program that a test waits for uses its own processor time. Then only the time limit of the test counts.
  if (isRunner && isAlone) setInterval(() => hasProgram() && worker.postMessage({ waits: true }), WAITING_MS).unref();
  if (!isRunner) setInterval(() => worker.postMessage({ turns: true }), TICK_MS).unref();
  if (isRunner && !isAlone) return;
  // Remove the variables, so that programs that the tests start don't load the watchdog.
  delete env.STARTERKIT_STUCK;
  const { url } = import.meta;
  const printed = new URL('printed.mjs', url);
  const own = `--import=${url} --import=${printed} --test-reporter=${url} --test-reporter-destination=stderr`;
  env.NODE_OPTIONS = env.NODE_OPTIONS.replace(own, '').trim();
}

/** The reporter: sends the start and the end of each top-level test to the worker. */
export default async function* progress(events) {
  for await (const { type, data } of events) {
    if (data?.nesting !== 0) continue;
    const { worker, note, texts } = globalThis[KEY] ?? {};
    if (type === 'test:dequeue') worker?.postMessage({ test: data.name });
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    worker?.postMessage(ended(type, data));
    if (type === 'test:fail') writePrinted(note, { test: data.name, text: texts?.get(data.name) });
    texts?.delete(data.name);
  }
  yield '';
}

/** Write the end of what a test printed next to the note. Python's watchdog writes the same file. */
function writePrinted(note, printed) {
  if (printed.text) appendFileSync(join(dirname(note), 'printed'), `${JSON.stringify(printed)}\n`);
}

function ended(type, { name, skip, todo, details }) {
  if (type === 'test:fail') {
    const text = inspect(details?.error).slice(0, LONGEST_TEXT);
    return { name, kind: 'failure', message: details?.error?.message ?? '', text };
  }
  const skipped = skip ?? todo;
  const reason = typeof skipped === 'string' ? skipped : '';
  return { name, kind: skipped === undefined ? '' : 'skipped', message: reason, text: '' };
}

function hasProgram() {
  return process.getActiveResourcesInfo().includes('ProcessWrap');
}

function usedMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The worker: writes the note and ends the process if a test gets stuck. */
function watch({ note, canWait }) {
  const cases = [];
  let test = '';
  let used = usedMs();
  let idleUsed = used;
  let idleTicks = 0;
  parentPort.on('message', (message) => {
    idleUsed = usedMs();
    idleTicks = 0;
    if (!message.waits) used = idleUsed;
    if (message.turns || message.waits) return;
    test = message.test ?? '';
    if (message.name) cases.push(message);
  });
  parentPort.unref();
  const watching = setInterval(() => {
    const now = usedMs();
    idleTicks += 1;
    if (now - idleUsed > IDLE_USE * IDLE_MS) [idleUsed, idleTicks] = [now, 0];
    if (existsSync(note)) end(JSON.parse(readFileSync(note, 'utf8')));
    else if (now - used > BUSY_MS) look(endBusy);
    else if (!canWait && idleTicks * TICK_MS > IDLE_MS) {
      end({ seconds: IDLE_MS / 1000, is_busy: false, test, stack: '' });
    } else return;
    clearInterval(watching);
  }, TICK_MS);

  function endBusy(stack, printed = { test }) {
    writePrinted(note, printed);
    end({ seconds: BUSY_MS / 1000, is_busy: true, test: printed.test, stack });
  }

  function end(stuck) {
    writeFileSync(note, JSON.stringify({ ...stuck, cases }));
    process.kill(process.pid, 'SIGKILL');
  }
}

/**
 * Stop the main thread. Pass its stack to `tell`, or '' if the thread doesn't run JavaScript now. The second argument is
 * the test that runs and what it printed, if printed.mjs knows.
 */
function look(tell) {
  const urls = new Map();
  const session = new Session();
  session.connectToMainThread();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.map(({ functionName, url, location }) => {
      const file = url || urls.get(location.scriptId);
      return `    at ${functionName || '<anonymous>'} (${file}:${location.lineNumber + 1}:${location.columnNumber + 1})`;
    });
    const expression = "globalThis[Symbol.for('starterkit.watchdog')]?.now?.()";
    const { callFrameId } = params.callFrames[0];
    session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression, returnByValue: true }, (_, answer) =>
      tell(frames.join('\n'), answer?.result.value),
    );
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
  setTimeout(() => tell(''), LOOK_MS);
}
