/**
 * Sends events over the pipe. Each line is signed and numbered, so other lines on that pipe are recognized.
 *
 * The submission shares this process, and may have replaced any function by the time an event is sent, often for good
 * reasons. So all functions are taken beforehand: the hash is the one-shot function, bytes are written by index, and
 * the object that is sent has no prototype.
 */

import * as crypto from 'node:crypto';
import * as fs from 'node:fs';

const { hash } = crypto;
const { writeSync } = fs;

const BLOCK = 64;
const { stringify } = JSON;
const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
const slice = Function.prototype.call.bind(String.prototype.slice);
const inHex = Function.prototype.call.bind(Number.prototype.toString);
const Bytes = Uint8Array;

/** What sends an event over a pipe: `send(event, more)`. `key` signs it, as HMAC (RFC 2104) with SHA-256 does. */
export function sender(pipe, key) {
  const inner = padded(key, 0x36);
  const outer = padded(key, 0x5c);
  let count = 0;

  return function send(event, more) {
    const body = inAscii(stringify({ __proto__: null, event, n: count, ...more }));
    count += 1;
    const signed = hash(
      'sha256',
      joined(outer, bytesOf(hash('sha256', joined(inner, codes(body))))),
    );
    let line = `${signed} ${body}\n`;
    while (line !== '') line = slice(line, written(pipe, line));
  };
}

/** How many letters could be written; all, where nobody reads any more: what is not heard counts as not run. */
function written(pipe, line) {
  try {
    return writeSync(pipe, line);
  } catch (wrong) {
    return wrong.code === 'EAGAIN' ? 0 : line.length;
  }
}

function padded(key, value) {
  const block = new Bytes(BLOCK);
  for (let at = 0; at < BLOCK; at += 1) block[at] = (at < key.length ? key[at] : 0) ^ value;
  return block;
}

function joined(first, second) {
  const whole = new Bytes(first.length + second.length);
  for (let at = 0; at < first.length; at += 1) whole[at] = first[at];
  for (let at = 0; at < second.length; at += 1) whole[first.length + at] = second[at];
  return whole;
}

/** The bytes that hexadecimal digits stand for. */
function bytesOf(digits) {
  const bytes = new Bytes(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = digit(codeAt(digits, 2 * at)) * 16 + digit(codeAt(digits, 2 * at + 1));
  }
  return bytes;
}

function digit(code) {
  return code < 58 ? code - 48 : code - 87;
}

/** JSON in ASCII: other letters as their numbers, which JSON knows. */
function inAscii(json) {
  let plain = '';
  for (let at = 0; at < json.length; at += 1) {
    const code = codeAt(json, at);
    plain += code < 128 ? json[at] : `\\u${slice(inHex(code + 0x10000, 16), 1)}`;
  }
  return plain;
}

function codes(ascii) {
  const bytes = new Bytes(ascii.length);
  for (let at = 0; at < ascii.length; at += 1) bytes[at] = codeAt(ascii, at);
  return bytes;
}
