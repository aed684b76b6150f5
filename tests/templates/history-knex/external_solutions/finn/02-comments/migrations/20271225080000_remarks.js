export async function up(knex) {
  await knex.schema.createTable("remarks", (table) => {
    table.increments("id");
    table.integer("article_id").notNullable().references("articles.id");
    table.text("words").notNullable();
  });
}

export async function down() {
  throw new Error("This migration can't be undone.");
}
