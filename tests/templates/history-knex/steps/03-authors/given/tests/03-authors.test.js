import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSite } from "./support.js";

test("An article shows its author", async (context) => {
  const site = await makeSite(context);

  await site.post("/", { title: "Bread", author: "Ada" });

  assert.match(await site.get("/"), /Bread by Ada/);
});

test("An old article has an unknown author", async (context) => {
  const site = await makeSite(context, { old: true });

  assert.match(await site.get("/"), /Old bread by unknown/);
});
