// Gives tests a site whose database the migrations have made.
import { once } from "node:events";

import { createApp } from "../conduit/app.js";
import { connect } from "../conduit/database.js";

export async function makeSite(context, { old = false } = {}) {
  const database = connect(":memory:");
  if (old) {
    // This database is from before the migrations.
    await database.raw("create table articles (id integer primary key autoincrement, title varchar(255) not null)");
    await database("articles").insert({ title: "Old bread" });
  }
  await database.migrate.latest({ directory: "migrations" });
  const server = createApp(database).listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(async () => {
    server.closeAllConnections();
    server.close();
    await database.destroy();
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    get: async (path) => (await fetch(url + path)).text(),
    post: (path, form) => fetch(url + path, { method: "POST", body: new URLSearchParams(form) }),
  };
}
