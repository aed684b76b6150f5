/** A list of notes as a JSON API. */

import express from 'express';

const LONGEST = 200; // characters of a note

/** Create the site. It keeps the notes in memory. */
export async function createApp() {
  const app = express();
  const notes = new Map();
  app.use(express.json());

  app.get('/api/notes', (request, response) => {
    response.json({ notes: [...notes.values()].reverse() });
  });

  app.post('/api/notes', (request, response) => {
    const text = validText(request.body);
    if (!text) return response.status(422).json({ errors: { text: ['must have 1 to 200 characters'] } });
    const note = { id: notes.size + 1, text };
    notes.set(note.id, note);
    return response.status(201).json({ note });
  });

  app.param('id', (request, response, next, id) => {
    request.note = notes.get(Number(id));
    return request.note ? next() : response.status(404).json({ errors: { note: ['not found'] } });
  });

  app.get('/api/notes/:id', (request, response) => {
    response.json({ note: request.note });
  });

  app.put('/api/notes/:id', (request, response) => {
    const text = validText(request.body);
    if (!text) return response.status(422).json({ errors: { text: ['must have 1 to 200 characters'] } });
    request.note.text = text;
    return response.json({ note: request.note });
  });

  app.get('/health', (request, response) => {
    response.json({ status: 'ok' });
  });
  return app;
}

function validText(body) {
  const text = body?.note?.text;
  return typeof text === 'string' && text.length <= LONGEST ? text.trim() : '';
}
