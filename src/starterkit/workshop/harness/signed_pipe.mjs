/**
 * Sends events over the pipe. Each line is signed and numbered, so forged lines are recognized.
 *
 * The submission shares this process. It may have replaced any function before an event is sent, even for good reasons.
 * So all functions are looked up when this file loads. The hash is a single call, bytes are written by index, and the
 * object that is sent has no prototype.
 */

import * as crypto from 'node:crypto';
import * as fs from 'node:fs';

const { hash } = crypto;
const { writeSync } = fs;

const BLOCK = 64;
const { stringify } = JSON;
const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
const slice = Function.prototype.call.bind(String.prototype.slice);
const toHex = Function.prototype.call.bind(Number.prototype.toString);
const Bytes = Uint8Array;

/** Return `send(event, more)`, which sends an event over a pipe, signed with HMAC-SHA-256 (RFC 2104). */
export function sender(pipe, key) {
  const inner = padded(key, 0x36);
  const outer = padded(key, 0x5c);
  let count = 0;

  return function send(event, more) {
    const body = toAscii(stringify({ __proto__: null, event, n: count, ...more }));
    count += 1;
    const signed = hash(
      'sha256',
      concat(outer, fromHex(hash('sha256', concat(inner, toBytes(body))))),
    );
    let line = `${signed} ${body}\n`;
    while (line !== '') line = slice(line, write(pipe, line));
  };
}

/** Return how many characters could be written. If the pipe is closed, that is all: later tests count as not run. */
function write(pipe, line) {
  try {
    return writeSync(pipe, line);
  } catch (error) {
    return error.code === 'EAGAIN' ? 0 : line.length;
  }
}

function padded(key, value) {
  const block = new Bytes(BLOCK);
  for (let at = 0; at < BLOCK; at += 1) block[at] = (at < key.length ? key[at] : 0) ^ value;
  return block;
}

function concat(first, second) {
  const whole = new Bytes(first.length + second.length);
  for (let at = 0; at < first.length; at += 1) whole[at] = first[at];
  for (let at = 0; at < second.length; at += 1) whole[first.length + at] = second[at];
  return whole;
}

/** Decode hexadecimal digits. */
function fromHex(digits) {
  const bytes = new Bytes(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = digit(codeAt(digits, 2 * at)) * 16 + digit(codeAt(digits, 2 * at + 1));
  }
  return bytes;
}

function digit(code) {
  return code < 58 ? code - 48 : code - 87;
}

/** Return JSON in ASCII, with other characters as \u escapes. */
function toAscii(json) {
  let escaped = '';
  for (let at = 0; at < json.length; at += 1) {
    const code = codeAt(json, at);
    escaped += code < 128 ? json[at] : `\\u${slice(toHex(code + 0x10000, 16), 1)}`;
  }
  return escaped;
}

function toBytes(ascii) {
  const bytes = new Bytes(ascii.length);
  for (let at = 0; at < ascii.length; at += 1) bytes[at] = codeAt(ascii, at);
  return bytes;
}
