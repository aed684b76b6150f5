import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSite } from "./support.js";

test("A comment is shown", async (context) => {
  const site = await makeSite(context);
  await site.post("/", { title: "Bread", author: "Ada" });

  await site.post("/1", { body: "I baked it." });

  assert.match(await site.get("/1"), /I baked it/);
});
