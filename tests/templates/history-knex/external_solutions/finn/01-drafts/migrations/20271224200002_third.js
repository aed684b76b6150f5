export async function up(knex) {
  await knex("articles").update({ draft: false });
}

export async function down() {
  throw new Error("This migration can't be undone.");
}
