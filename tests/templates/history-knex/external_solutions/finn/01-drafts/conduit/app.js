// The pages of the site, as plain text.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

export function createApp(database) {
  return createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const [, id] = request.url.split("/");
    if (request.method === "POST" && !id) {
      await database("articles").insert({ title: form.get("title"), draft: form.has("draft") });
      response.writeHead(201).end();
      return;
    }
    const articles = await database("articles").where({ draft: false }).orderBy("id");
    response.end(articles.map((article) => article.title).join("\n"));
  });
}
