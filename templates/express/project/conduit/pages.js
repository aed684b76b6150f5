/** The files in public/, and index.html for every address that a page can have: the browser draws the rest. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import express from 'express';

import { policy } from './security.js';
import { home } from './settings.js';

const folder = `${home}public`;

export function pages(settings) {
  const router = express.Router();
  router.use(express.static(folder, { index: false }));
  router.use(
    '/packages/marked',
    express.static(dirname(fileURLToPath(import.meta.resolve('marked')))),
  );
  router.get('/{*address}', async (request, response) => {
    const text = await readFile(`${folder}/index.html`, 'utf8');
    response.set('Content-Security-Policy', policy(hashesOfScripts(text)));
    response.type('html').send(filledIn(text, settings));
  });
  return router;
}

/** A script inside the page runs only if its hash stands in the policy, and so nobody can slip another one in. */
function hashesOfScripts(text) {
  const scripts = [...text.matchAll(/<script[^>]*>([^]+?)<\/script>/g)];
  return scripts.map(
    ([, code]) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  );
}

function filledIn(text, settings) {
  return text.replace(/%(title|author)%/g, (_, name) => escaped(settings[name]));
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
