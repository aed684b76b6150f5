/** Profiles: what everyone may know about a person. */

import express from 'express';

import { marks } from './database.js';
import { notFound } from './errors.js';
import { perhapsSignedIn } from './tokens.js';

export function profiles(site) {
  const router = express.Router();

  router.get('/:username', perhapsSignedIn(site), async (request, response) => {
    const person = await findPerson(site, request.params.username);
    response.json({ profile: profileJson(person) });
  });

  return router;
}

/** The account of this name; where there is none, the client is answered with 404. */
export async function findPerson({ db }, username) {
  const person = await db.get('SELECT * FROM account WHERE username = ?', [username]);
  if (person === undefined) throw notFound('profile');
  return person;
}

/** The profiles of the accounts with these numbers, by number: one question for all of them. */
export async function profilesOf({ db }, request, ids) {
  const wanted = [...new Set(ids)];
  const people = await db.all(`SELECT * FROM account WHERE id IN ${marks(wanted)}`, wanted);
  return new Map(people.map((person) => [person.id, profileJson(person)]));
}

function profileJson({ username, bio, image }) {
  return { username, bio, image };
}
