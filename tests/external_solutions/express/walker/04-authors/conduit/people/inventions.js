/** The people who wrote the sample articles: nobody can sign in as one of them. */

import { randomBytes } from 'node:crypto';

import { sealed } from './passwords.js';

const NAMES = ['Marta Quill', 'Ivo', 'Hanne Berg'];

export async function inventWriters(directory, { passwordCost }) {
  const writers = [];
  for (const username of NAMES) {
    const number = randomBytes(12).toString('hex');
    const seal = await sealed(randomBytes(32).toString('hex'), passwordCost);
    writers.push(await directory.add({ username, email: `${number}@invalid.example`, seal }));
  }
  return writers;
}
