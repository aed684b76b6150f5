import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSite } from "./support.js";

test("Home lists articles", async (context) => {
  const site = await makeSite(context);

  await site.post("/", { title: "Bread", author: "Ada" });

  assert.match(await site.get("/"), /Bread/);
});
