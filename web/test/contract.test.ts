import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { wanted } from "../scripts/types.mjs";

it("the page's types are those of docs/openapi.json", () => {
  expect(
    readFileSync(new URL("../src/lib/api-types.ts", import.meta.url), "utf8"),
    "npm run types",
  ).toBe(wanted());
});
