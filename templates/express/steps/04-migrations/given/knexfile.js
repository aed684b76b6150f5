/** The settings of the command `knex`, which runs the migrations. */

import { fileURLToPath } from 'node:url';

import { knexOptions } from './conduit/database.js';
import { readSettings } from './conduit/settings.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export default {
  ...knexOptions(readSettings().database),
  pool: { min: 1, max: 1, afterCreate: withoutForeignKeys },
  migrations: { directory: path('migrations'), stub: path('tools/migration.stub') },
};

/**
 * To change a table in SQLite, Knex often copies the table and deletes the old one. With foreign keys, SQLite would also
 * delete the rows that refer to the old table. PostgreSQL changes the table itself.
 */
function withoutForeignKeys(connection, done) {
  connection.pragma?.('foreign_keys = OFF');
  done(null, connection);
}
