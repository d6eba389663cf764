import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { instantiate } from "../../src/math/kernel/kernel-instance.js";
import {
  cosinesKernel,
  eigenKernel,
  fusedKernel,
  simdKernel,
  trainingKernel,
  wideKernel,
} from "../../src/math/kernel/wasm.generated.js";
import { generate } from "../../src/math/kernel/build.js";
import { createMatrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { simdProduct } from "../../src/math/kernel/simd-product.js";
import { normalMatrix, sameBits } from "./random-matrix.js";

it("the committed kernel is what its source compiles to", async () => {
  const committed = new URL("../../src/math/kernel/wasm.generated.ts", import.meta.url);
  expect(readFileSync(committed, "utf8")).toBe(await generate());
});

it("the kernel and its further modules stay below the 4 KB that browsers compile at once on their main thread", () => {
  for (const kernel of [simdKernel, fusedKernel, trainingKernel, cosinesKernel, eigenKernel]) {
    expect(Buffer.from(kernel, "hex").length).toBeLessThan(4096);
  }
});

it("the wide tiles give the same bits on any engine, at every edge", () => {
  const bytes = Uint8Array.from(Buffer.from(wideKernel, "hex"));
  const wide = instantiate(new WebAssembly.Module(bytes), { fma: false, wide: true, threads: 1 });
  const sizes = [
    [5, 3, 16],
    [7, 300, 8],
    [11, 257, 24],
    [130, 600, 517],
    [64, 31, 1030],
  ];
  for (const [m, k, n] of sizes) {
    const [a, b] = [normalMatrix(m, k, 1), normalMatrix(k, n, 2)];
    const out = createMatrix(m, n);
    simdProduct(wide, {
      ...{ m, n, k, out: out.data, symmetric: false },
      ...{ a: a.data, aRow: k, aStep: 1, b: b.data, bStep: n, bCol: 1 },
    });
    expect(sameBits(out.data, multiply(a, b).data), `${m} × ${k} × ${n}`).toBe(true);
  }
  const rows = normalMatrix(90, 200, 3);
  const gram = createMatrix(200, 200);
  simdProduct(wide, {
    ...{ m: 200, n: 200, k: 90, out: gram.data, symmetric: true },
    ...{ a: rows.data, aRow: 1, aStep: 200, b: rows.data, bStep: 200, bCol: 1 },
  });
  expect(sameBits(gram.data, multiply(rows, rows, { transposeA: true }).data)).toBe(true);
});
