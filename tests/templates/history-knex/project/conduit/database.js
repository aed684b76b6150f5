// Connects the site with its database.
import knex from "knex";

export function connect(filename) {
  return knex({ client: "better-sqlite3", connection: { filename }, useNullAsDefault: true });
}
