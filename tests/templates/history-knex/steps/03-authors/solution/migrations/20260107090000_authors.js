export async function up(knex) {
  await knex.schema.alterTable("articles", (table) => {
    table.string("author");
  });
  await knex("articles").update({ author: "unknown" });
}

export async function down() {
  throw new Error("This migration can't be undone.");
}
