export async function up(knex) {
  if (!(await knex.schema.hasTable("articles"))) {
    await knex.schema.createTable("articles", (table) => {
      table.increments("id");
      table.string("title").notNullable();
    });
  }
}

export async function down() {
  throw new Error("This migration can't be undone.");
}
