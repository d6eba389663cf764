import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fusedKernel, simdKernel } from "../../src/math/kernel/wasm.generated.js";
import { generate } from "../../src/math/kernel/build.js";

it("the committed kernel is what its source compiles to", async () => {
  const committed = new URL("../../src/math/kernel/wasm.generated.ts", import.meta.url);
  expect(readFileSync(committed, "utf8")).toBe(await generate());
});

it("the kernel stays below the 4 KB that browsers compile at once on their main thread", () => {
  for (const kernel of [simdKernel, fusedKernel]) {
    expect(Buffer.from(kernel, "base64").length).toBeLessThan(4096);
  }
});
