/** Which slice of a long list somebody asks for: ?limit=10&offset=20. */

import { invalid } from './errors.js';

const RANGES = {
  limit: { least: 1, most: 100, usual: 20 },
  offset: { least: 0, most: 1_000_000_000, usual: 0 },
};

export function sliceOf(query) {
  const slice = {};
  const errors = {};
  for (const [name, { least, most, usual }] of Object.entries(RANGES)) {
    const text = query[name] ?? `${usual}`;
    slice[name] = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(slice[name] >= least && slice[name] <= most)) {
      errors[name] = [`must be a whole number from ${least} to ${most}`];
    }
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return slice;
}
