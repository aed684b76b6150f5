export async function up(knex) {
  await knex.schema.alterTable("articles", (table) => {
    table.boolean("draft");
  });
}

export async function down() {
  throw new Error("This migration can't be undone.");
}
