/** Authors: whatever somebody wrote, they alone may change. */

import { randomBytes } from 'node:crypto';

import { Refusal } from './errors.js';
import { hashPassword } from './passwords.js';

/** Go on where this account is the one that asks; anyone else is answered with 403. */
export function onlyFor(authorId, request, what) {
  if (authorId !== request.user.id) throw new Refusal(403, { [what]: ['forbidden'] });
}

// What a new database begins with

const SAMPLE_AUTHORS = [
  [
    'mara',
    '/people/mara.svg',
    'Draws maps for a living, and a few towns that are on no other map.',
  ],
  ['tomas', '/people/tomas.svg', 'Bakes at night, repairs clocks by day, sleeps on Sundays.'],
  ['ife', '/people/ife.svg', 'Reads what machines print when they are unhappy.'],
];

/** The people who wrote the sample articles. Nobody knows their passwords. */
export async function addSampleAuthors({ db, settings }) {
  const authors = [];
  for (const [name, image, bio] of SAMPLE_AUTHORS) {
    const secret = randomBytes(32).toString('base64url');
    const hash = await hashPassword(secret, settings.passwordCost);
    authors.push(
      await db.get(
        'INSERT INTO account (username, email, password_hash, bio, image) VALUES (?, ?, ?, ?, ?) RETURNING id',
        [name, `${name}@example.org`, hash, bio, image],
      ),
    );
  }
  return authors;
}
