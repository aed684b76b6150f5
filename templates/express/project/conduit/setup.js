/** A new database. */

import { dropTables } from './database.js';
import { createTables } from './schema.js';
import { addSamples } from './seed.js';

/**
 * Delete everything in the database. Then create the tables, and add the sample articles.
 *
 * @param {import('knex').Knex} db
 * @param {{samples: boolean}} options
 */
export async function setUp(db, { samples }) {
  await dropTables(db);
  await createTables(db);
  if (samples) await addSamples(db);
}
