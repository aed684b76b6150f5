/** Profiles: what everybody can see about a user. */

import { Router } from 'express';

import { notFound } from './errors.js';

export const profiles = Router();

profiles.get('/:username', async (request, response) => {
  const { db } = request.app.locals;
  const user = await findUser(db, request.params.username);
  response.json({ profile: profileJson(user) });
});

/**
 * The user with this name. If there is none, the client gets status 404.
 *
 * @param {import('knex').Knex} db
 * @param {string} username
 */
async function findUser(db, username) {
  const user = await db('users').where({ username }).first();
  if (!user) throw notFound('profile');
  return user;
}

function profileJson({ username, bio, image }) {
  return { username, bio, image };
}
