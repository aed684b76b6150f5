/** @param {import('knex').Knex} knex */
export async function up(knex) {
  await knex.schema.createTable('favorites', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.integer('article_id').notNullable().index();
    table.primary(['user_id', 'article_id']);
    table.foreign('article_id').references('articles.id').onDelete('CASCADE');
  });
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  await knex.schema.dropTable('favorites');
}
