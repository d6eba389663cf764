import { execFileSync } from "node:child_process";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterEach, describe, expect, it } from "vitest";
import { covariance } from "../../src/math/covariance.js";
import { symmetricEigen } from "../../src/math/decompose/eigen.js";
import { closeKernel, kernelStatus, setKernel } from "../../src/math/kernel/kernel.js";
import { multiply } from "../../src/math/multiply.js";
import { normalMatrix, sameBits } from "./random-matrix.js";

describe("the kernel's threads", () => {
  afterEach(() => {
    setKernel();
  });

  it("give the same bits whatever their number", () => {
    const [a, b] = [normalMatrix(601, 620, 1), normalMatrix(620, 607, 2)];
    const results = [1, 2, 3, 5].map((threads) => {
      setKernel({ threads });
      expect(kernelStatus().threads).toBe(threads);
      // The first product starts the workers, later ones find them at work.
      return Array.from({ length: 4 }, () => multiply(a, b).data);
    });
    for (const data of results.flat()) expect(sameBits(data, results[0][0])).toBe(true);
  });

  it("give the same bits with fused multiply-add, too, which differ from the default's", () => {
    const [a, b] = [normalMatrix(601, 620, 1), normalMatrix(620, 607, 2)];
    const exact = multiply(a, b).data;
    setKernel({ threads: 1, fma: true });
    const { fma } = kernelStatus();
    const fused = multiply(a, b).data;
    expect(fused.every((value, i) => value === exact[i])).toBe(!fma);
    expect(fused.every((value, i) => Math.abs(value - exact[i]) < 1e-4)).toBe(true);
    setKernel({ threads: 2, fma: true });
    expect(sameBits(multiply(a, b).data, fused)).toBe(true);
  });

  it("give the default's bits in registers of 256 bits, wherever there are any", () => {
    const [a, b] = [normalMatrix(601, 620, 1), normalMatrix(620, 607, 2)];
    const expected = multiply(a, b).data;
    const { covariance: moments } = covariance(normalMatrix(200, 150, 3));
    const { vectors } = symmetricEigen(moments);
    setKernel({ wide: true });
    const { arch, versions } = process;
    expect(kernelStatus().wide).toBe(arch === "x64" && Number.parseInt(versions.v8) >= 13);
    // The engine compiles anew while products run: the last are not made by the code of the first.
    for (let i = 0; i < 30; i++) expect(sameBits(multiply(a, b).data, expected)).toBe(true);
    for (let i = 0; i < 10; i++) {
      expect(sameBits(symmetricEigen(moments).vectors.data, vectors.data)).toBe(true);
    }
  });

  it("start anew after they were closed", () => {
    const [a, b] = [normalMatrix(601, 620, 1), normalMatrix(620, 607, 2)];
    const before = multiply(a, b).data;
    closeKernel();
    closeKernel();
    expect(sameBits(multiply(a, b).data, before)).toBe(true);
  });

  it("refuse a number that is none", () => {
    for (const threads of [0, 1.5, NaN, 1000]) {
      expect(() => {
        setKernel({ threads });
      }).toThrow(`threads must be an integer from 1 to 256, received ${threads}`);
    }
  });

  it("work from a bundle, in a process that ends by itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "embedtune-bundle-"));
    try {
      const source = fileURLToPath(new URL("../../src/math/", import.meta.url));
      const entry = join(folder, "entry.ts");
      writeFileSync(
        entry,
        `import { multiply } from ${JSON.stringify(`${source}multiply.js`)};
         import { setKernel } from ${JSON.stringify(`${source}kernel/kernel.js`)};
         setKernel({ threads: 2 });
         const data = new Float32Array(700 * 700).map((_, i) => i % 7);
         let sum = 0;
         for (let i = 0; i < 5; i++) {
           sum += multiply({ rows: 700, cols: 700, data }, { rows: 700, cols: 700, data }).data[699];
         }
         console.log(sum);`,
      );
      await build({
        ...{ entry: [entry], outDir: folder, format: "esm", platform: "neutral", config: false },
        ...{ silent: true, minify: true, external: [/^node:/] },
      });
      const out = execFileSync(process.execPath, [join(folder, "entry.js")], { timeout: 50_000 });
      let expected = 0;
      for (let p = 0; p < 700; p++) expected += (p % 7) * ((p * 700 + 699) % 7);
      expect(Number(out.toString())).toBe(5 * expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
