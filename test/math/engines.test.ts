import { describe, expect, it } from "vitest";
import { createOnnxEngine } from "../../src/math/engines/onnx-engine.js";
import { productModel } from "../../src/math/engines/onnx-model.js";
import { createMatrix, rowOf, rowRange, transpose } from "../../src/math/matrix.js";
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

  it("makes a product with itself by half, to the same numbers", async () => {
    const engine = await createOnnxEngine({ threads: 1 });
    for (const [rows, cols] of [
      [700, 30],
      [30, 700],
      [513, 1],
      [512, 512],
    ]) {
      const a = normalMatrix(rows, cols, rows);
      const copy = createMatrix(rows, cols, a.data.slice());
      for (const options of [{ transposeA: true }, { transposeB: true }]) {
        const half = engine.multiplySync(a, a, options);
        const whole = engine.multiplySync(a, copy, options);
        expect([half.rows, half.cols]).toEqual([whole.rows, whole.cols]);
        expect(largestError(half.data, whole.data)).toBeLessThan(1e-4);
        expect(largestError(half.data, transpose(half).data)).toBe(0);
        const out = new Float32Array(half.data.length).fill(NaN);
        expect(engine.multiplySync(a, a, { ...options, out }).data).toBe(out);
        expect(largestError(out, half.data)).toBe(0);
      }
    }
    await engine.close();
  });

  it("gives the groups of scores of which one is no less than the row's floor, and all where one is no number", async () => {
    const engine = await createOnnxEngine({ threads: 1 });
    const rows = 1100; // more than are multiplied in one go
    const a = normalMatrix(rows, 20, 1);
    for (const columns of [1, 31, 32, 33, 300]) {
      const b = normalMatrix(columns, 20, columns);
      const product = engine.multiplySync(a, b, { transposeB: true });
      const floors = Float32Array.from({ length: rows }, (_, i) =>
        i % 10 === 0 ? -Infinity : i % 10 === 1 ? Infinity : i % 10,
      );
      floors[5] = product.data[5 * columns]; // one that it just reaches
      const found = [...engine.highScoresSync!(a, b, floors)].flatMap(
        ({ rows: of, columns: from, width, scores }) =>
          Array.from(of, (row, g) => [
            row,
            from[g],
            ...scores.subarray(g * width, (g + 1) * width),
          ]),
      );
      const expected: number[][] = [];
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column += 32) {
          const scores = rowOf(product, row).subarray(column, column + 32);
          const whole = [...scores, ...new Float32Array(32 - scores.length)];
          if (whole.some((score) => score >= floors[row])) expected.push([row, column, ...whole]);
        }
      }
      expect(found).toEqual(expected);
    }
    for (const wrong of [NaN, Infinity]) {
      const b = normalMatrix(100, 20, 2);
      b.data[41 * 20] = wrong;
      const parts = [...engine.highScoresSync!(a, b, new Float32Array(rows).fill(1e9))];
      expect(parts.flatMap((part) => Array.from(part.rows))).toEqual(
        [...a.data.keys()].slice(0, rows),
      );
      expect(parts.every(({ width }) => width === 100)).toBe(true);
    }
    await engine.close();
    const one = createMatrix(1, 1);
    expect(() => [...engine.highScoresSync!(one, one, new Float32Array(1))]).toThrow("after close");
  });

  it("adds a product to a part of a matrix, over what was there", async () => {
    const engine = await createOnnxEngine({ threads: 1 });
    for (const [m, k, n] of [
      [30, 300, 20],
      [700, 5, 600],
      [1, 1, 1],
    ]) {
      const [a, b, before] = [
        normalMatrix(m, k, 1),
        normalMatrix(k, n, 2),
        normalMatrix(m + 4, n, 3),
      ];
      for (const transposeA of [false, true]) {
        const to = createMatrix(m + 4, n, before.data.slice());
        engine.addProductSync!(transposeA ? transpose(a) : a, b, rowRange(to, 2, m + 2), {
          transposeA,
        });
        const expected = before.data.slice();
        const product = multiply(a, b).data;
        for (let i = 0; i < m * n; i++) expected[2 * n + i] += product[i];
        expect(largestError(to.data, expected)).toBeLessThan(1e-4);
        expect(to.data.subarray(0, 2 * n)).toEqual(before.data.subarray(0, 2 * n));
        expect(to.data.subarray((m + 2) * n)).toEqual(before.data.subarray((m + 2) * n));
      }
    }
    const [a, two] = [normalMatrix(2, 3, 1), createMatrix(2, 2)];
    engine.addProductSync!(createMatrix(2, 0), createMatrix(0, 2), two);
    expect(two.data).toEqual(new Float32Array(4));
    expect(() => {
      engine.addProductSync!(a, a, two);
    }).toThrow("multiply: the inner dimensions must be the same, received 2 × 3 by 2 × 3");
    expect(() => {
      engine.addProductSync!(a, a, a, { transposeB: true });
    }).toThrow("addProductSync: to must be 2 × 2, received 2 × 3");
    const square = normalMatrix(2, 2, 1);
    expect(() => {
      engine.addProductSync!(square, two, square);
    }).toThrow("out must be memory of its own");
    await engine.close();
    expect(() => {
      engine.addProductSync!(two, two, createMatrix(2, 2));
    }).toThrow("after close()");
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
