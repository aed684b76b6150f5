/** Validation: reading the body of a request, and checking it with zod. */

import express from 'express';
import { z } from 'zod';

import { HttpError } from './errors.js';

/** Middleware that reads a body of JSON. PostgreSQL can't store the character NUL, so it is removed. */
export const readJson = express.json({
  limit: 1_000_000,
  reviver: (key, value) => (typeof value === 'string' ? value.replaceAll('\0', '') : value),
});

/**
 * The part of the body with this name, for example {"article": {…}}. If it is invalid, the client gets status 422.
 *
 * @template {z.ZodObject} Schema
 * @param {Schema} schema
 * @param {any} body
 * @param {string} name
 * @returns {z.output<Schema>}
 */
export function parse(schema, body, name) {
  const result = schema.safeParse(body?.[name] ?? {});
  if (result.success) return result.data;
  const { fieldErrors, formErrors } = z.flattenError(result.error);
  throw new HttpError(422, formErrors.length > 0 ? { [name]: ['must be an object'] } : fieldErrors);
}

/**
 * A required line of text. Spaces around it are removed, and several spaces inside it become one.
 *
 * @param {number} maximum the largest number of characters
 */
export function line(maximum) {
  return required(maximum, (value) => value.trim().replace(/\s+/g, ' '));
}

/**
 * A required text with any number of lines.
 *
 * @param {number} maximum the largest number of characters
 */
export function text(maximum) {
  return required(maximum, (value) => value.trim().replaceAll('\r\n', '\n'));
}

/**
 * @param {number} maximum
 * @param {(value: string) => string} tidy
 */
function required(maximum, tidy) {
  return z
    .string({ error: (issue) => (isMissing(issue.input) ? "can't be blank" : 'must be a text') })
    .overwrite(tidy)
    .min(1, { error: "can't be blank", abort: true })
    .max(maximum, `is too long (at most ${maximum} characters)`);
}

function isMissing(value) {
  return value === undefined || value === null;
}
