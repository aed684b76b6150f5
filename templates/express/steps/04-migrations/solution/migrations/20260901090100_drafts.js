/** @param {import('knex').Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('articles', (table) => {
    table.boolean('draft').notNullable().defaultTo(false);
  });
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  await knex.schema.alterTable('articles', (table) => {
    table.dropColumn('draft');
  });
}
