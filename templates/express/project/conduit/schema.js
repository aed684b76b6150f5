/** The tables of the database. */

/**
 * Create all tables in an empty database.
 *
 * @param {import('knex').Knex} db
 */
export async function createTables(db) {
  await db.schema.createTable('articles', (table) => {
    table.increments('id');
    table.string('slug').notNullable().unique();
    table.string('title').notNullable();
    table.string('description', 500).notNullable();
    table.text('body').notNullable();
    table.string('created_at').notNullable();
    table.string('updated_at').notNullable();
  });

  // Your own lines go below this one.
}
