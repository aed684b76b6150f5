/** @param {import('knex').Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('articles', (table) => {
    table.index(['draft', 'created_at', 'id'], 'newest_articles');
  });
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  await knex.schema.alterTable('articles', (table) => {
    table.dropIndex(['draft', 'created_at', 'id'], 'newest_articles');
  });
}
