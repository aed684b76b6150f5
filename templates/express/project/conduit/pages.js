/** The files in public/, and index.html for the URL of each page. The browser renders the pages. */

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import express from 'express';

import { home } from './settings.js';

const folder = `${home}public`;
const markedFolder = dirname(fileURLToPath(import.meta.resolve('marked')));

/** @param {import('./settings.js').Settings} settings */
export function pages(settings) {
  const router = express.Router();
  router.use(express.static(folder, { index: false, redirect: false }));
  router.use('/packages/marked', express.static(markedFolder));
  router.get('/{*path}', async (request, response) => {
    const html = await readFile(`${folder}/index.html`, 'utf8');
    response.type('html').send(fillIn(html, settings));
  });
  return router;
}

function fillIn(html, settings) {
  return html.replace(/%(title|author)%/g, (_, name) => escapeHtml(settings[name]));
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
