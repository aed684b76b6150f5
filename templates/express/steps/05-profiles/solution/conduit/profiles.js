/** Profiles: what everyone may know about a person, and following them. */

import express from 'express';

import { TABLES as ACCOUNTS } from './accounts.js';
import { marks } from './database.js';
import { Refusal, notFound } from './errors.js';
import { TABLES as FOLLOWS, follow, followedBy, unfollow } from './follows.js';
import { perhapsSignedIn, signedIn } from './tokens.js';

export async function profiles(site) {
  const { db } = site;
  await db.exec(ACCOUNTS + FOLLOWS);
  site.articleFilters.push(byAuthor);

  const router = express.Router();

  router.get('/:username', perhapsSignedIn(site), async (request, response) => {
    const person = await findPerson(site, request.params.username);
    response.json({ profile: await profileOf(site, request, person) });
  });

  router.post('/:username/follow', signedIn(site), async (request, response) => {
    const person = await findPerson(site, request.params.username);
    if (person.id === request.user.id)
      throw new Refusal(403, { profile: ['cannot be followed by oneself'] });
    await follow(db, request.user, person);
    response.json({ profile: await profileOf(site, request, person) });
  });

  router.delete('/:username/follow', signedIn(site), async (request, response) => {
    const person = await findPerson(site, request.params.username);
    await unfollow(db, request.user, person);
    response.json({ profile: await profileOf(site, request, person) });
  });

  return router;
}

/** The account of this name; where there is none, the client is answered with 404. */
export async function findPerson({ db }, username) {
  const person = await db.get('SELECT * FROM account WHERE username = ?', [username]);
  if (person === undefined) throw notFound('profile');
  return person;
}

/** The profiles of the accounts with these numbers, by number, as who asks sees them: two questions for all. */
export async function profilesOf({ db }, request, ids) {
  const wanted = [...new Set(ids)];
  const people = await db.all(`SELECT * FROM account WHERE id IN ${marks(wanted)}`, wanted);
  const followed = await followedBy(db, request.user, wanted);
  return new Map(people.map((person) => [person.id, profileJson(person, followed)]));
}

async function profileOf({ db }, request, person) {
  return profileJson(person, await followedBy(db, request.user, [person.id]));
}

function profileJson({ id, username, bio, image }, followed) {
  return { username, bio, image, following: followed.has(id) };
}

function byAuthor({ author }) {
  if (author === undefined) return undefined;
  return {
    sql: 'article.author_id = (SELECT id FROM account WHERE username = ?)',
    values: [author],
  };
}
