/** The files in public/, and index.html for the URL of each page. The browser renders the pages. */

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import express from 'express';

import { home } from './settings.js';

const folder = `${home}public`;
const markedFolder = dirname(fileURLToPath(import.meta.resolve('marked')));

/** @param {import('./settings.js').Settings} settings */
export function pages(settings) {
  const router = express.Router();
  const version = settings.production ? versionOf(folder) : '';
  const staticUrl = version && `/static/${version}`;
  if (version) router.use(staticUrl, express.static(folder, { immutable: true, maxAge: '1y' }));
  router.use(express.static(folder, { index: false, redirect: false }));
  router.use('/packages/marked', express.static(markedFolder));
  router.get('/{*path}', async (request, response) => {
    const html = await readFile(`${folder}/index.html`, 'utf8');
    response.type('html').send(fillIn(html, { ...settings, staticUrl }));
  });
  return router;
}

/** The hash of all files. A browser can keep a file for a year, because a changed file has another URL. */
function versionOf(folder) {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex').slice(0, 12);
}

function fillIn(html, settings) {
  return html.replace(/%(title|author|staticUrl)%/g, (_, name) => escapeHtml(settings[name]));
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
