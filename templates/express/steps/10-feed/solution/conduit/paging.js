/** Paging: which part of a list the client requests, for example ?limit=20&offset=40. */

import { z } from 'zod';

import { parse } from './validation.js';

const pageFields = z.object({
  limit: wholeNumber(1, 100).default(20),
  offset: wholeNumber(0, 1_000_000_000).default(0),
});

/**
 * The limit and the offset in the query parameters. If one is invalid, the client gets status 422.
 *
 * @param {import('express').Request['query']} query
 */
export function readPage(query) {
  return parse(pageFields, { query }, 'query');
}

function wholeNumber(minimum, maximum) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string(message)
    .regex(/^\d{1,10}$/, { error: message, abort: true })
    .transform(Number)
    .pipe(z.number().min(minimum, message).max(maximum, message));
}
