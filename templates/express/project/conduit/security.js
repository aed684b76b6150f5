/** Security: headers that protect visitors, and URLs that the database can't handle. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import helmet from 'helmet';

import { notFound } from './errors.js';
import { home } from './settings.js';

/** Helmet sets the headers. A page may only load the scripts of this site, and pictures from everywhere. */
export const securityHeaders = helmet({
  contentSecurityPolicy: {
    directives: {
      'img-src': ["'self'", 'data:', 'https:', 'http:'],
      'style-src': ["'self'"],
      'font-src': ["'self'"],
      'script-src': ["'self'", ...hashesOfInlineScripts()],
      'frame-ancestors': ["'none'"],
      'upgrade-insecure-requests': null, // the site must also work without https, for example on your machine
    },
  },
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'same-origin' },
});

/** An inline script of index.html runs only if its hash is in the header. */
function hashesOfInlineScripts() {
  const html = readFileSync(`${home}public/index.html`, 'utf8');
  const scripts = [...html.matchAll(/<script[^>]*>([^]+?)<\/script>/g)];
  return scripts.map(
    ([, code]) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  );
}

/**
 * PostgreSQL can't search for the character NUL, so no URL that contains it exists.
 *
 * @type {import('express').RequestHandler}
 */
export function rejectNul(request, response, next) {
  if (request.url.includes('%00')) throw notFound('url');
  return next();
}
