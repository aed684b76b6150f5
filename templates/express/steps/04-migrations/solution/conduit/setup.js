/** A new database. */

import knexfile from '../knexfile.js';
import { dropTables } from './database.js';
import { addSamples } from './seed.js';

/**
 * Delete everything in the database. Then run all migrations, and add the sample articles.
 *
 * @param {import('knex').Knex} db
 * @param {{samples: boolean}} options
 */
export async function setUp(db, { samples }) {
  await dropTables(db);
  await db.migrate.latest(knexfile.migrations);
  if (samples) await addSamples(db);
}
