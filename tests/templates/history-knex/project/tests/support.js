  // Gives tests a site with an empty database.
  import { once } from "node:events";

  import { createApp } from "../conduit/app.js";
  import { connect } from "../conduit/database.js";

  export async function makeSite(context) {
    const database = connect(":memory:");
    await database.schema.createTable("articles", (table) => {
  table.increments("id");
  table.string("title").notNullable();
});
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
