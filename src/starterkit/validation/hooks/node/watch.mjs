// A hook for `template validate`. Node loads it by NODE_OPTIONS when a learner's tests start.
//
// The hook logs each connection or name look-up that leaves this machine, as a line of JSON. It also logs each file
// outside the allowed folders that is opened for writing, created, moved or removed through node:fs. It blocks nothing.
// Into a second log, it writes which process loads which module of a folder.

import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import fs from 'node:fs';
import module, { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const log = process.env.STARTERKIT_WATCH_LOG;
const append = fs.appendFileSync;
const realpath = fs.realpathSync;
const allowed = (process.env.STARTERKIT_WATCH_ALLOWED ?? '').split(path.delimiter).filter(Boolean);
allowed.push(real(process.env.TMPDIR ?? path.sep));
const loadedLog = process.env.STARTERKIT_LOADED_LOG;
const loadedFrom = pathToFileURL(process.env.STARTERKIT_LOADED_FROM ?? '').href;
const HERE = [undefined, null, '', 'localhost', '::1', '::', '0.0.0.0'];

function real(name) {
  try {
    return realpath(name);
  } catch {
    const parent = path.dirname(name);
    return parent === name ? name : path.join(real(parent), path.basename(name));
  }
}

function note(specifier, context, next) {
  const resolved = next(specifier, context);
  if (resolved.url.startsWith(`${loadedFrom}/`)) {
    const record = { process: process.pid, target: fileURLToPath(resolved.url), file: importer(context), line: 0 };
    append(loadedLog, `${JSON.stringify(record)}\n`);
  }
  return resolved;
}

function importer({ parentURL }) {
  return parentURL?.startsWith('file:') ? fileURLToPath(parentURL) : '';
}

function write(kind, target) {
  const frames = new Error().stack.split('\n').slice(1);
  const own = frames.find((frame) => /\(?(file:\/\/|\/).*:\d+:\d+\)?$/.test(frame) && !/node_modules|watch\.mjs|node:/.test(frame));
  const place = own?.match(/((?:file:\/\/)?\/[^()]*?):(\d+):\d+\)?$/);
  const file = place ? (place[1].startsWith('file:') ? fileURLToPath(place[1]) : place[1]) : '';
  append(log, `${JSON.stringify({ kind, target: String(target), file, line: Number(place?.[2] ?? 0) })}\n`);
}

function touch(name) {
  if (typeof name === 'number' || name === undefined) return;
  const file = real(path.resolve(name instanceof URL ? fileURLToPath(name) : String(name)));
  const isInside = (folder) => (folder.endsWith('*') ? file.startsWith(folder.slice(0, -1)) : file === folder || file.startsWith(folder + path.sep));
  if (!/^\/(dev|proc)\//.test(file) && file !== real(log) && !allowed.some(isInside)) write('write', file);
}

function reach(host, port) {
  if (!HERE.includes(host) && !/^127\./.test(host)) write('network', port ? `${host}:${port}` : host);
}

/** Replace a function of a module: first call `look` with the arguments, then the original function. */
function watched(module, name, look) {
  const original = module[name];
  if (typeof original !== 'function') return;
  module[name] = function (...args) {
    look(...args);
    return original.apply(this, args);
  };
}

const opens = (name, flags = 'r') => {
  const isWriting = typeof flags === 'number' ? (flags & 3) !== 0 || (flags & fs.constants.O_CREAT) !== 0 : /[wa+]/.test(flags);
  if (isWriting) touch(name);
};

if (log) {
  for (const module of [fs, fs.promises]) {
    for (const end of module === fs ? ['', 'Sync'] : ['']) {
      for (const name of ['writeFile', 'appendFile', 'mkdir', 'rm', 'rmdir', 'unlink', 'truncate', 'mkdtemp']) {
        watched(module, name + end, touch);
      }
      for (const name of ['rename', 'copyFile', 'symlink', 'link', 'cp']) {
        watched(module, name + end, (source, target) => (name === 'rename' ? [source, target] : [target]).forEach(touch));
      }
      watched(module, `open${end}`, opens);
    }
  }
  watched(fs, 'createWriteStream', touch);
  subscribe('net.client.socket', ({ socket }) => {
    socket.on('connectionAttempt', (address, port) => reach(address, port));
  });
  for (const module of [dns, dns.promises]) watched(module, 'lookup', (host) => reach(host));
  syncBuiltinESMExports();
}
if (loadedLog) module.registerHooks?.({ resolve: note }); // Node 22.15 or newer
