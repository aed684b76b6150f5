/**
 * Whether the submission changed what judges it: the language's own objects, Node's modules, and the tests' support.
 *
 * Where a function of these is another one than it was, somebody replaced it. Doors to the inside of the running
 * program, which a site has no business to open, tell of it themselves.
 */

import inspector from 'node:inspector';
import module from 'node:module';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

// Looked at after each test; the others now and then, and at the end.
const NEAREST = ['assert', 'test', 'util'];
const OTHERS = [
  ...[
    'buffer',
    'child_process',
    'crypto',
    'events',
    'fs',
    'fs/promises',
    'http',
    'module',
    'net',
    'path',
  ],
  ...['stream', 'timers', 'timers/promises', 'url', 'vm'],
];
const describe = Object.getOwnPropertyDescriptor;
const keysOf = Reflect.ownKeys;
const prototypeOf = Object.getPrototypeOf;

/** Everything that is looked at. `found` is told, in words, what was replaced. */
export class Watch {
  #rows = [];
  #known = new Set();
  #found;
  #keysOfObjects;

  constructor(found) {
    this.#found = found;
  }

  /** Take what is there now for what it has to be; nothing of the submission has been imported yet. */
  remember() {
    const require = module.createRequire(import.meta.url);
    for (const name of languageNames()) {
      if (typeof globalThis[name] === 'function') this.#addFunction(name, globalThis, name, true);
    }
    for (const [label, object] of languageObjects()) this.#add(label, object, true);
    for (const name of NEAREST) this.#add(name, require(`node:${name}`), true);
    for (const name of OTHERS) this.#add(name, require(`node:${name}`), false);
    this.#keysOfObjects = keysOf(Object.prototype).length;
  }

  /** Watch the tests' support too, which may have imported the submission by now. */
  rememberSupport(support) {
    for (const [label, exports] of support) this.#add(label, exports, true);
  }

  /** Compare with what was remembered; tell what was replaced. */
  look(everywhere) {
    const rows = this.#rows;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at];
      if ((everywhere || row.isNear) && isReplaced(row)) this.#found(`it replaced ${row.label}`);
    }
    if (keysOf(Object.prototype).length > this.#keysOfObjects) {
      this.#found('it gave every object something that it has not (Object.prototype)');
    }
  }

  /** Watch the functions of an object and of the classes in it. */
  #add(label, object, isNear) {
    if (this.#known.has(object)) return;
    this.#known.add(object);
    for (const key of keysOf(object)) {
      const was = describe(object, key);
      const name = `${label}.${String(key)}`;
      if (typeof was.value === 'function') {
        this.#addFunction(name, object, key, isNear);
      } else if (was.get && typeof object !== 'function' && label.endsWith('prototype')) {
        this.#rows.push({ label: name, object, key, get: was.get, set: was.set, isNear });
      }
    }
  }

  #addFunction(label, object, key, isNear) {
    const made = object[key];
    this.#rows.push({ label, object, key, value: made, isNear });
    const prototype = describe(made, 'prototype')?.value;
    if (typeof prototype !== 'object' || prototype === null) return;
    this.#add(`${label}.prototype`, prototype, isNear);
    this.#add(label, made, isNear);
  }
}

function isReplaced({ object, key, value, get, set }) {
  const now = describe(object, key);
  return now === undefined || now.value !== value || now.get !== get || now.set !== set;
}

/** Those names of the global object that the language itself gave it. */
function languageNames() {
  return runInNewContext('Object.getOwnPropertyNames(globalThis)').filter(
    (name) => name !== 'console',
  );
}

/** The language's objects that are no classes, and those that have no name. */
function languageObjects() {
  const found = [];
  for (const name of languageNames()) {
    const value = globalThis[name];
    if (typeof value === 'object' && value !== null && value !== globalThis)
      found.push([name, value]);
  }
  const nameless = [
    ...[async () => {}, function* () {}, async function* () {}, [].values(), new Map().values()],
    ...[new Set().values(), ''.matchAll(/x/g), ''[Symbol.iterator](), new Uint8Array()],
  ];
  for (const one of nameless) {
    for (let at = prototypeOf(one); at && at !== Object.prototype; at = prototypeOf(at)) {
      found.push([`the prototype of ${at[Symbol.toStringTag] ?? 'an iterator'}`, at]);
    }
  }
  return found;
}

/**
 * Close the doors to the inside of this process: who opens one is told of, and gets nothing.
 *
 * The debugger and pictures of the memory would show the key that signs outcomes; hooks would change what is imported.
 */
export function closeDoors(found) {
  const close = (object, name, words) => {
    const door = () => {
      found(`it looked into the running tests (${words})`);
      throw new Error(`${words} is closed while tests are graded.`);
    };
    Object.defineProperty(object, name, { value: door, configurable: false, writable: false });
  };
  for (const name of ['connect', 'connectToMainThread']) {
    close(inspector.Session.prototype, name, 'the debugger');
  }
  close(inspector, 'open', 'the debugger');
  for (const name of [
    'getHeapSnapshot',
    'writeHeapSnapshot',
    'setHeapSnapshotNearHeapLimit',
    'queryObjects',
  ]) {
    close(v8, name, `v8.${name}`);
  }
  close(v8, 'setFlagsFromString', 'v8.setFlagsFromString');
  close(process, 'binding', 'process.binding');
  for (const name of ['register', 'registerHooks']) close(module, name, `module.${name}`);
  module.syncBuiltinESMExports();
}
