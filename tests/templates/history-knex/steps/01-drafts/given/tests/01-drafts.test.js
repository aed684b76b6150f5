import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSite } from "./support.js";

test("A draft is hidden", async (context) => {
  const site = await makeSite(context);

  await site.post("/", { title: "Bread", author: "Ada" });
  await site.post("/", { title: "Soup", author: "Ada", draft: "on" });

  assert.match(await site.get("/"), /Bread/);
  assert.doesNotMatch(await site.get("/"), /Soup/);
});

test("An old database keeps its articles", async (context) => {
  const site = await makeSite(context, { old: true });

  assert.match(await site.get("/"), /Old bread/);
});
