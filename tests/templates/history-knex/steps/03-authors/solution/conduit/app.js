// The pages of the site, as plain text.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

export function createApp(database) {
  return createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const [, id] = request.url.split("/");
    if (request.method === "POST" && !id) {
      await database("articles").insert({ title: form.get("title"), draft: form.has("draft"), author: form.get("author") });
      response.writeHead(201).end();
      return;
    }
    if (id && request.method === "POST") {
      await database("comments").insert({ article_id: id, body: form.get("body") });
      response.writeHead(201).end();
      return;
    }
    if (id) {
      const comments = await database("comments").where({ article_id: id }).orderBy("id");
      response.end(comments.map((comment) => comment.body).join("\n"));
      return;
    }
    const articles = await database("articles").where({ draft: false }).orderBy("id");
    response.end(articles.map((article) => `${article.title} by ${article.author}`).join("\n"));
  });
}
