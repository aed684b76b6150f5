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
    if (id && request.method === "POST") {
      await database("remarks").insert({ article_id: id, words: form.get("body") });
      response.writeHead(201).end();
      return;
    }
    if (id) {
      const comments = await database("remarks").where({ article_id: id }).orderBy("id");
      response.end(comments.map((comment) => comment.words).join("\n"));
      return;
    }
    const articles = await database("articles").where({ draft: false }).orderBy("id");
    response.end(articles.map((article) => article.title).join("\n"));
  });
}
