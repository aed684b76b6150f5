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

  await db.schema.createTable('comments', (table) => {
    table.increments('id');
    table.text('body').notNullable();
    table.string('created_at').notNullable();
    table.integer('article_id').notNullable().index();
    table.foreign('article_id').references('articles.id').onDelete('CASCADE');
  });

  await db.schema.createTable('tags', (table) => {
    table.increments('id');
    table.string('name').notNullable().unique();
  });

  // The ids of this table grow, so the highest id belongs to the tag that was used last.
  await db.schema.createTable('articles_tags', (table) => {
    table.increments('id');
    table.integer('article_id').notNullable();
    table.integer('tag_id').notNullable();
    table.unique(['tag_id', 'article_id']);
    table.index('article_id');
    table.foreign('article_id').references('articles.id').onDelete('CASCADE');
    table.foreign('tag_id').references('tags.id');
  });

  // Your own lines go below this one.
}
