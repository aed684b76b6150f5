// Run all migrations on an empty database. Without an error, they fit each other.
import { connect } from "../conduit/database.js";

const database = connect(":memory:");
try {
  await database.migrate.latest({ directory: "migrations" });
} finally {
  await database.destroy();
}
