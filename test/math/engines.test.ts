import { describe, expect, it } from "vitest";
import { createOnnxEngine } from "../../src/math/engines/onnx-engine.js";
import { productModel } from "../../src/math/engines/onnx-model.js";
import { createMatrix, rowOf, transpose } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import type { ProductEngine } from "../../src/math/engines/product-engine.js";
import { topK, topKWith } from "../../src/math/top-k.js";
import { largestError, normalMatrix } from "./random-matrix.js";

const runtime: string = "onnxruntime-node";
const hasRuntime = await import(runtime).then(
  () => true,
  () => false,
);

function contract(open: () => Promise<ProductEngine>): void {
  it("multiplies as the kernel does, whatever is transposed", async () => {
    const engine = await open();
    const [a, b] = [normalMatrix(30, 300, 1), normalMatrix(300, 20, 2)];
    const expected = multiply(a, b).data;
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const [x, y] = [transposeA ? transpose(a) : a, transposeB ? transpose(b) : b];
        const product = await engine.multiply(x, y, { transposeA, transposeB });
        expect([product.rows, product.cols]).toEqual([30, 20]);
        expect(largestError(product.data, expected)).toBeLessThan(1e-4);
      }
    }
    await engine.close();
  });

  it("gives zeros for an empty inner dimension and refuses what does not fit", async () => {
    const engine = await open();
    const product = await engine.multiply(createMatrix(2, 0), createMatrix(0, 3));
    expect(product.data).toEqual(new Float32Array(6));
    const out = new Float32Array(3);
    await expect(engine.multiply(createMatrix(2, 3), createMatrix(3, 2), { out })).rejects.toThrow(
      "multiply: out must have 4 values for 2 × 2, received 3",
    );
    await expect(engine.multiply(createMatrix(2, 3), createMatrix(2, 3))).rejects.toThrow(
      "multiply: the inner dimensions must be the same, received 2 × 3 by 2 × 3",
    );
    await engine.close();
  });

  it("finds the top k", async () => {
    const engine = await open();
    const [queries, corpus] = [normalMatrix(9, 20, 1), normalMatrix(1500, 20, 2)];
    const exclude = (query: number, row: number): boolean => row % 9 === query;
    const expected = topK(queries, corpus, 4, { exclude });
    const done: number[] = [];
    const onProgress = (progress: { done: number }): void => void done.push(progress.done);
    const actual = await topKWith(engine, queries, corpus, 4, { exclude, onProgress });
    expect(actual.indices).toEqual(expected.indices);
    expect(largestError(actual.scores, expected.scores)).toBeLessThan(1e-5);
    expect(done).toEqual([0, 1, 2]);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(topKWith(engine, queries, corpus, 4, { signal })).rejects.toThrow("enough");
    await expect(topKWith(engine, queries, corpus, 0)).rejects.toThrow("topKWith: k must be");
    await engine.close();
  });
}

describe("the kernel as an engine", () => {
  contract(() => Promise.resolve(createKernelEngine()));
});

describe.skipIf(!hasRuntime)("onnxruntime-node as an engine", () => {
  contract(() => createOnnxEngine({ threads: 1 }));

  it("knows the greatest of each group of scores, but of none where a score is no number", async () => {
    const engine = await createOnnxEngine({ threads: 1 });
    for (const columns of [1, 63, 64, 65, 300]) {
      const [a, b] = [normalMatrix(7, 20, 1), normalMatrix(columns, 20, columns)];
      const { scores, width, greatest } = engine.scoreSync!(a, b);
      expect(scores).toEqual(engine.multiplySync(a, b, { transposeB: true }));
      const groups = Math.ceil(columns / width);
      const expected = Array.from({ length: 7 * groups }, (_, at) => {
        const start = (at % groups) * width;
        const row = rowOf(scores, Math.floor(at / groups));
        return Math.max(...row.subarray(start, start + width));
      });
      expect(Array.from(greatest!)).toEqual(expected);
    }
    for (const wrong of [NaN, Infinity]) {
      const [a, b] = [normalMatrix(7, 20, 1), normalMatrix(100, 20, 2)];
      b.data[41 * 20] = wrong;
      expect(engine.scoreSync!(a, b).greatest).toBeNull();
    }
    await engine.close();
    expect(() => engine.scoreSync!(createMatrix(1, 1), createMatrix(1, 1))).toThrow("after close");
  });

  it("refuses a provider it does not have, and work after it is closed", async () => {
    await expect(createOnnxEngine({ executionProviders: ["abacus"] })).rejects.toThrow(
      'executionProviders must name one that onnxruntime-node has here, received ["abacus"]',
    );
    const engine = await createOnnxEngine();
    await engine.close();
    await expect(engine.multiply(createMatrix(1, 1), createMatrix(1, 1))).rejects.toThrow(
      "after close()",
    );
  });
});

describe.skipIf(hasRuntime)("without onnxruntime-node", () => {
  it("the engine names the package to install", async () => {
    await expect(createOnnxEngine()).rejects.toThrow(
      "createOnnxEngine: onnxruntime-node must be installed (npm install onnxruntime-node@1)",
    );
  });
});

describe("the model of a product", () => {
  it("is a short protocol buffer that names its operator and transposes", () => {
    const model = productModel(true, false);
    const text = Buffer.from(model).toString("latin1");
    expect(text).toMatch(/Gemm.*transA\x18\x01.*transB\x18\x00/s);
    expect(model.length).toBeLessThan(300);
  });

  it("refuses a number of threads that is none", async () => {
    await expect(createOnnxEngine({ threads: 0 })).rejects.toThrow(
      "threads must be an integer >= 1",
    );
  });
});
