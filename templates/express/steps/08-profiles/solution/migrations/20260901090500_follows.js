/** @param {import('knex').Knex} knex */
export async function up(knex) {
  await knex.schema.createTable('follows', (table) => {
    table.integer('follower_id').notNullable().references('users.id');
    table.integer('followed_id').notNullable().references('users.id');
    table.primary(['follower_id', 'followed_id']);
  });
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  await knex.schema.dropTable('follows');
}
