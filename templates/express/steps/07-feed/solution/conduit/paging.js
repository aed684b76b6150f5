/** Which part of a list a client asks for: ?limit=20&offset=40. */

import { invalid } from './errors.js';

const USUAL_LIMIT = 20;
const LARGEST_LIMIT = 100;
const LARGEST_OFFSET = 1_000_000_000;

/** The limit and the offset in a query; what makes no sense is refused. */
export function pageOf({ limit = `${USUAL_LIMIT}`, offset = '0' }) {
  return {
    limit: numberFrom('limit', limit, 1, LARGEST_LIMIT),
    offset: numberFrom('offset', offset, 0, LARGEST_OFFSET),
  };
}

function numberFrom(name, text, least, most) {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw invalid({ [name]: [`must be a whole number from ${least} to ${most}`] });
}
