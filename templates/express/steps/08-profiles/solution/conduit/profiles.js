/** Profiles: what everybody can see about a user. */

import { Router } from 'express';

import { HttpError, notFound } from './errors.js';
import { optionalUser, requireUser } from './tokens.js';

export const profiles = Router();

profiles.get('/:username', optionalUser, async (request, response) => {
  const { db } = request.app.locals;
  const user = await findUser(db, request.params.username);
  response.json({ profile: await profileOf(db, user.id, request.user) });
});

profiles.post('/:username/follow', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const user = await findUser(db, request.params.username);
  if (user.id === request.user.id) throw new HttpError(403, { profile: ["can't follow itself"] });
  const pair = { follower_id: request.user.id, followed_id: user.id };
  await db('follows').insert(pair).onConflict(['follower_id', 'followed_id']).ignore();
  response.json({ profile: await profileOf(db, user.id, request.user) });
});

profiles.delete('/:username/follow', requireUser, async (request, response) => {
  const { db } = request.app.locals;
  const user = await findUser(db, request.params.username);
  await db('follows').where({ follower_id: request.user.id, followed_id: user.id }).delete();
  response.json({ profile: await profileOf(db, user.id, request.user) });
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

async function profileOf(db, id, viewer) {
  const found = await profilesOf(db, [id], viewer);
  return found.get(id);
}

/**
 * The profiles of several users, by the id of the user. `following` is true if the viewer follows the user. One query
 * loads the users, and another one the users that the viewer follows.
 *
 * @param {import('knex').Knex} db
 * @param {number[]} ids
 * @param {{id: number} | undefined} viewer
 */
export async function profilesOf(db, ids, viewer) {
  const users = await db('users').whereIn('id', [...new Set(ids)]);
  const follows = db('follows').where({ follower_id: viewer?.id ?? 0 });
  const followed = await follows.whereIn('followed_id', ids).pluck('followed_id');
  return new Map(users.map((user) => [user.id, profileJson(user, followed.includes(user.id))]));
}

/** A condition for `modify`: only articles of this author. */
export function byAuthor(search, username) {
  search.whereIn('author_id', (users) => users.select('id').from('users').where({ username }));
}

function profileJson({ username, bio, image }, following) {
  return { username, bio, image, following };
}
