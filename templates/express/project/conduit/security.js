/** What protects the site and its visitors on every page. */

import { notFound } from './errors.js';

const POLICY = {
  'default-src': "'self'",
  'img-src': "'self' data: https: http:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
};

/** Tell the browser what a page may do: load its own files and anyone's pictures, and stand in nobody's frame. */
export function safeHeaders(request, response, next) {
  response.set({
    'Content-Security-Policy': policy(),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
  });
  next();
}

/**
 * No text holds the NUL character, and PostgreSQL fails when it compares one. In a path, U+FFFD
 * takes its place, so that the path leads nowhere, as any unknown one. A query with it is refused.
 */
export function withoutNul(request, response, next) {
  const query = request.url.indexOf('?');
  if (query >= 0 && request.url.includes('%00', query)) throw notFound('address');
  request.url = request.url.replaceAll('%00', '%EF%BF%BD');
  next();
}

/** The rules on what a page may load; `scripts` are more sources of scripts. */
export function policy(scripts = []) {
  const rules = { ...POLICY, 'script-src': ["'self'", ...scripts].join(' ') };
  return Object.entries(rules)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}
