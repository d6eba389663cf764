import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { generate } from "../../src/math/kernel/build.js";

it("the committed kernel is what its source compiles to", async () => {
  const committed = new URL("../../src/math/kernel/wasm.generated.ts", import.meta.url);
  expect(readFileSync(committed, "utf8")).toBe(await generate());
});
