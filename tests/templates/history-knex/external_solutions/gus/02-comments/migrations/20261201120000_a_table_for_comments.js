export async function up(knex) {
  await knex.schema.createTable("comments", (table) => {
    table.increments("id");
    table.integer("article_id").notNullable().references("articles.id");
    table.text("body").notNullable();
  });
}

export async function down() {
  throw new Error("This migration can't be undone.");
}
