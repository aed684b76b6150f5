/** Reading what a client sent: {"article": {"title": "…", …}}. */

import express from 'express';

import { invalid } from './errors.js';

const parse = express.json({ limit: '1mb', reviver: withoutNul });

/** Each text in a body, without the NUL that some databases refuse. */
function withoutNul(name, value) {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}

/** Read the body of a request. What is wrong with it is told when it is asked for: who may ask comes first. */
export function readJson(request, response, next) {
  parse(request, response, (error) => {
    request.bodyError = error;
    next();
  });
}

/** The fields that stand under `name` in the body. */
export function fieldsOf(request, name) {
  if (request.bodyError) throw request.bodyError;
  const sent = request.body?.[name];
  return new Fields(sent !== null && typeof sent === 'object' && !Array.isArray(sent) ? sent : {});
}

/** What arrived. Read it field by field; `check` refuses the request if anything was wrong with one of them. */
class Fields {
  #sent;
  #errors = {};

  constructor(sent) {
    this.#sent = sent;
  }

  /** Whether the client sent this field at all. */
  has(name) {
    return Object.hasOwn(this.#sent, name);
  }

  /** One line of text, without spaces around it and with single ones inside. */
  line(name, options) {
    return this.#checked(name, this.#text(name).trim().replace(/\s+/g, ' '), options);
  }

  /** Text of any number of lines. */
  text(name, options) {
    return this.#checked(name, this.#text(name).trim(), options);
  }

  /** The field as it was sent, of whatever type. */
  raw(name) {
    return this.has(name) ? this.#sent[name] : undefined;
  }

  /** Say what is wrong with a field. */
  refuse(name, message) {
    (this.#errors[name] ??= []).push(message);
  }

  /** Refuse the request with 422, if anything is wrong. */
  check() {
    if (Object.keys(this.#errors).length > 0) throw invalid(this.#errors);
  }

  /** The field as text, with plain line ends. */
  #text(name) {
    const value = this.raw(name) ?? '';
    if (typeof value === 'string') return value.replaceAll('\r\n', '\n');
    this.refuse(name, 'must be text');
    return 'no text';
  }

  #checked(name, value, { longest, optional = false }) {
    if (!value && !optional) this.refuse(name, "can't be blank");
    if (value.length > longest)
      this.refuse(name, `is too long: at most ${longest} characters, please`);
    return value;
  }
}
