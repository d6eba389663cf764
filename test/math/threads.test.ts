import { execFileSync } from "node:child_process";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import { build } from "tsup";
import { afterEach, describe, expect, it, vi } from "vitest";
import { closeKernel, kernelStatus, setKernel } from "../../src/math/kernel/kernel.js";
import { multiply } from "../../src/math/multiply.js";
import { normalMatrix, sameBits } from "./random-matrix.js";

const source = (file: string): string => new URL(`../../src/math/${file}`, import.meta.url).href;

const nodeVersion = Number.parseInt(process.versions.node);
/** Whether V8 can join operations to 256 bits. */
const revectorizes = nodeVersion >= 24 && process.arch === "x64";

/** What a process of its own, started with flags, prints as JSON. */
function inProcess(flags: readonly string[], script: string): Record<string, unknown> {
  const whole = `import { createHash } from "node:crypto";
    import { setKernel, kernelStatus } from ${JSON.stringify(source("kernel/kernel.ts"))};
    ${script}`;
  const parameters = [...flags, "--import", "tsx", "--input-type=module", "-e", whole];
  return JSON.parse(execFileSync(process.execPath, parameters).toString()) as Record<
    string,
    unknown
  >;
}

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
    const ran = inProcess(
      ["--experimental-wasm-revectorize"].filter(() => revectorizes),
      `import { multiply } from ${JSON.stringify(source("multiply.ts"))};
       import { symmetricEigen } from ${JSON.stringify(source("decompose/eigen.ts"))};
       const matrix = (rows, cols, shift) => ({
         rows, cols, data: Float32Array.from({ length: rows * cols }, (_, i) => Math.fround(((i + shift) % 977) / 977 - 0.5)),
       });
       const digest = (data) => createHash("sha256").update(Buffer.from(data.buffer)).digest("hex");
       const [a, b] = [matrix(601, 620, 1), matrix(620, 607, 2)];
       const moments = multiply(matrix(200, 150, 3), matrix(200, 150, 3), { transposeA: true });
       const work = () => digest(multiply(a, b).data) + digest(symmetricEigen(moments).vectors.data);
       const expected = work();
       setKernel({ wide: true });
       // The engine compiles anew while products run: the last are not made by the code of the first.
       const wide = Array.from({ length: 20 }, work);
       console.log(JSON.stringify({ wide: kernelStatus().wide, same: wide.every((d) => d === expected) }));`,
    );
    expect(ran).toEqual({ wide: revectorizes, same: true });
  });

  it("say what is missing, and by which flag Node has it, where what is asked for is not there", () => {
    const status = (flags: string[]): Record<string, unknown> =>
      inProcess(
        flags,
        `setKernel({ fma: true, wide: true, threads: 1 });
         console.log(JSON.stringify(kernelStatus()));`,
      );
    const plain = status([]);
    expect(plain["simd"]).toBe(true);
    expect(plain["wide"]).toBe(false);
    expect(plain["fma"]).toBe(nodeVersion >= 22);
    expect(plain["reason"]).toContain(
      revectorizes
        ? "wide: start Node with --experimental-wasm-revectorize"
        : "wide: only Node 24 and later on x64",
    );
    if (nodeVersion < 22) {
      expect(plain["reason"]).toContain("--experimental-wasm-relaxed-simd");
      expect(status(["--experimental-wasm-relaxed-simd"])).toMatchObject({ fma: true });
    }
    if (revectorizes) {
      const started = status(["--experimental_wasm_revectorize"]);
      expect(started).toMatchObject({ wide: true, fma: true });
      expect(started["reason"]).toBeUndefined();
    }
  });

  it("leave the flags of V8 alone, which are the process's", () => {
    const set = vi.spyOn(v8, "setFlagsFromString");
    setKernel({ fma: true, wide: true });
    multiply(normalMatrix(64, 64, 1), normalMatrix(64, 64, 2));
    expect(set).not.toHaveBeenCalled();
    set.mockRestore();
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
