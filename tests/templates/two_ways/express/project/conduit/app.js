/** The guest book. */

import express from 'express';

import { openDatabase, readSettings } from './database.js';

/** Create the site. `given` replaces its settings. */
export async function createApp(given) {
  const settings = readSettings(given);
  const db = openDatabase(settings);
  const app = express();
  app.disable('x-powered-by');
  app.locals.db = db;

  app.get('/', async (request, response) => {
    const lines = await db.all('SELECT text FROM line ORDER BY id DESC');
    const paragraphs = lines.map(({ text }) => `<p>${escapeHtml(text)}</p>\n`).join('');
    response.send(`<!doctype html>\n<h1>${escapeHtml(settings.name)}</h1>\n${paragraphs}`);
  });

  app.post('/', express.urlencoded({ extended: false }), async (request, response) => {
    const text = request.body?.line ?? '';
    const [known] = await db.all('SELECT id FROM line WHERE text = ?', text);
    if (known) return response.status(409).send('This line is already in the book.');
    try {
      await db.run('INSERT INTO line (text) VALUES (?)', text);
    } catch (error) {
      if (error.errcode !== 2067) throw error;
      return response.status(409).send('Another visitor was quicker.');
    }
    return response.redirect(303, '/');
  });

  app.get('/visits', (request, response) => {
    const known = /(?:^|; )visits=(\d+)/.exec(request.get('Cookie') ?? '');
    const count = Number(known?.[1] ?? 0) + 1;
    response.cookie('visits', count, { path: '/visits' }).cookie('last', 'today').send(String(count));
  });

  app.get('/now', (request, response) => response.send(new Date().toISOString()));

  app.all('/echo/*rest', express.raw({ type: () => true }), (request, response) => {
    const { method, headers, params, body } = request;
    const query = request.originalUrl.split('?')[1] ?? '';
    response.json({ method, headers, rest: params.rest.join('/'), query, body: body?.toString('hex') ?? '' });
  });

  // Your own lines go below this one.
  return app;
}

function escapeHtml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
