import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, evaluateRetrieval, fromRows, type Matrix } from "embedtune";
import { evaluateCompressed, retrieve } from "embedtune/evaluate";
import { createMatrix } from "embedtune/math";
import { bytesAsFloats, signsOf } from "../../src/evaluate/retrieval/compressed-vectors.js";

function gaussian(rows: number, cols: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

const oneEach = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i]);

describe("evaluateCompressed", () => {
  it("gives by hand-worked vectors what bits and cuts lose, and what whole vectors bring back", async () => {
    const queries = fromRows([[0.9, 0.1, 0.1, 0.4]]);
    const corpus = fromRows([
      [0.9, 0.1, -0.1, 0.4], // the answer, and the nearest: one sign differs
      [0.1, 0.9, 0.9, 0.1], // all signs are the same, the cosine is .3
      [0.9, -0.1, 0.9, -0.9], // two signs differ; the first value alone is the question's
      [-0.9, -0.1, -0.1, -0.1],
    ]);
    const { full, compressed } = await evaluateCompressed(queries, corpus, [[0]], {
      k: 1,
      oversample: 2,
      dimensions: [3],
    });
    expect(full).toMatchObject({ recall: 1, overlap: 1, bytes: 16 });
    const [int8, binary, truncated] = compressed;
    expect(int8).toMatchObject({ kind: "int8", dimensions: 4, bytes: 4, recall: 1, overlap: 1 });
    expect(binary).toMatchObject({ kind: "binary", dimensions: 4, bytes: 1, recall: 0 });
    expect(binary).toMatchObject({ overlap: 0, rescored: { recall: 1, overlap: 1 } });
    // Of three values each: cosines .976 (answer), .241, .766, -.993.
    expect(truncated).toMatchObject({ kind: "truncated", dimensions: 3, bytes: 12, recall: 1 });
  });

  it("finds by whole vectors what evaluateRetrieval finds", async () => {
    const queries = gaussian(60, 12, 1);
    const corpus = gaussian(200, 12, 2);
    const relevant = Array.from({ length: 60 }, (_, i) => (i % 5 === 0 ? [] : [i, 100 + i]));
    const evaluation = await evaluateRetrieval(queries, corpus, relevant, { ks: [10] });
    const { full, n, withoutRelevant } = await evaluateCompressed(queries, corpus, relevant);
    expect([n, withoutRelevant]).toEqual([48, 12]);
    expect(full.recall).toBe(evaluation.metrics["recall@10"]);
    expect([...full.perQuery.recall]).toEqual([...evaluation.perQuery["recall@10"]]);
  });

  it("ranks bits as Hamming distances of packed bits do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 3, max: 40 }), async (seed, d) => {
        const [queries, corpus] = [gaussian(5, d, seed), gaussian(30, d, seed + 1)];
        const bitsOf = ({ data, cols }: Matrix, i: number): string =>
          Array.from(data.subarray(i * cols, (i + 1) * cols), (v) => (v > 0 ? "1" : "0")).join("");
        const distance = (i: number, j: number): number => {
          const [a, b] = [bitsOf(queries, i), bitsOf(corpus, j)];
          return [...a].filter((bit, at) => bit !== b[at]).length;
        };
        const k = 4;
        const result = await evaluateCompressed(queries, corpus, oneEach(5), { k });
        const { recall } = result.compressed[1].perQuery;
        for (let i = 0; i < 5; i++) {
          const own = distance(i, i);
          const others = Array.from({ length: 30 }, (_, j) => j).filter((j) => j !== i);
          const nearer = others.filter((j) => distance(i, j) < own).length;
          const tied = others.filter((j) => distance(i, j) === own).length;
          // Found where it must be, and not where it cannot; between the two chance decides.
          if (nearer >= k) expect(recall[i]).toBe(0);
          else if (nearer + tied < k) expect(recall[i]).toBe(1);
        }
      }),
    );
  });

  it("ranks cuts as the cut vectors are ranked", async () => {
    const [queries, corpus] = [gaussian(40, 16, 3), gaussian(300, 16, 4)];
    const cut = (matrix: Matrix): Matrix =>
      fromRows(
        Array.from({ length: matrix.rows }, (_, i) => matrix.data.subarray(i * 16, i * 16 + 6)),
      );
    const whole = retrieve(queries, corpus, 10);
    const short = retrieve(cut(queries), cut(corpus), 10);
    const listOf = (passages: Uint32Array, i: number): number[] => [
      ...passages.subarray(i * 10, i * 10 + 10),
    ];
    const { compressed } = await evaluateCompressed(queries, corpus, oneEach(40), {
      dimensions: [6, 15],
    });
    expect(compressed.map(({ kind }) => kind)).toEqual([
      ...["int8", "binary", "truncated", "truncated"],
    ]);
    for (let i = 0; i < 40; i++) {
      const kept = listOf(short.passages, i);
      const shared = listOf(whole.passages, i).filter((row) => kept.includes(row)).length;
      expect(compressed[2].perQuery.overlap[i]).toBeCloseTo(shared / 10, 12);
    }
    expect(compressed[3].overlap).toBeGreaterThan(compressed[2].overlap);
  });

  it("calibrates bytes on the range of each dimension: one wide dimension leaves the narrow ones their steps", async () => {
    // One scale for all values would leave the narrow dimensions a step or two, on which the answers depend.
    const d = 8;
    const corpus = gaussian(400, d, 5);
    for (let i = 0; i < 400; i++) {
      for (let j = 1; j < d; j++) corpus.data[i * d + j] *= 0.004;
      corpus.data[i * d] = 100;
    }
    const queries = gaussian(400, d, 6);
    const random = createRandom(7);
    for (let i = 0; i < 400; i++) {
      queries.data[i * d] = 0;
      for (let j = 1; j < d; j++) {
        queries.data[i * d + j] = corpus.data[i * d + j] + 0.0001 * random.normal();
      }
    }
    const { full, compressed } = await evaluateCompressed(queries, corpus, oneEach(400), {
      similarity: "dot",
    });
    expect(compressed[0].overlap).toBeGreaterThan(0.95);
    expect(compressed[0].recall).toBeCloseTo(full.recall, 1);
  });

  it("keeps of a column the nearest of 256 values between its ends, and of a value its sign", () => {
    const columns = fromRows([
      [0, 5, -1],
      [0.4, 5, 0],
      [0.6, 5, 0.0001],
      [254.4, 5, 0.5],
      [255, 5, 1],
    ]);
    const column = (matrix: Matrix, j: number): number[] =>
      [0, 1, 2, 3, 4].map((i) => matrix.data[3 * i + j]);
    const kept = bytesAsFloats(columns);
    expect(column(kept, 0)).toEqual([0, 0, 1, 254, 255]);
    expect(column(kept, 1)).toEqual([5, 5, 5, 5, 5]);
    // Steps of 2 / 255 from -1: the 127th is -1/255, the 128th 1/255.
    expect(column(kept, 2)[2]).toBeCloseTo(1 / 255, 6);
    expect(column(signsOf(columns), 2)).toEqual([-1, -1, 1, 1, 1]);
  });

  it("loses nothing where all candidates are put in order again", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const [queries, corpus] = [gaussian(6, 10, seed), gaussian(25, 10, seed + 1)];
        const { full, compressed } = await evaluateCompressed(queries, corpus, oneEach(6), {
          k: 5,
          oversample: 5,
          dimensions: [2],
        });
        for (const { rescored } of compressed)
          expect({ ...rescored, bytes: full.bytes }).toEqual(full);
      }),
      { numRuns: 30 },
    );
  });

  it("lets what stands first in the corpus earn nothing where all look the same", async () => {
    // One bit for all: with the answers in front, the order of the corpus would find every one.
    const n = 200;
    const rows = Array.from({ length: n }, (_, i) => [1, 1 + i / n]);
    const { compressed } = await evaluateCompressed(
      fromRows(rows.slice(0, 10)),
      fromRows(rows),
      Array.from({ length: 10 }, () => Array.from({ length: 10 }, (_, j) => j)),
    );
    expect(compressed[1].recall).toBeLessThan(0.3);
  });

  it("gives the same figures for the same seed, and shows no more than the corpus holds", async () => {
    const [queries, corpus] = [gaussian(10, 9, 8), gaussian(7, 9, 9)];
    const relevant = Array.from({ length: 10 }, (_, i) => [i % 7]);
    const run = () => evaluateCompressed(queries, corpus, relevant, { seed: "a", k: 100 });
    const first = await run();
    expect(await run()).toEqual(first);
    expect(first.compressed[1]).toMatchObject({ recall: 1, overlap: 1 });
  });

  it("refuses bad input by name, and stops when told", async () => {
    const [queries, corpus] = [gaussian(2, 4, 1), gaussian(3, 4, 2)];
    const run = (options: object, relevant: number[][] = [[0], [1]]) =>
      evaluateCompressed(queries, corpus, relevant, options);
    await expect(run({ k: 0 })).rejects.toThrow("evaluateCompressed: k must be");
    await expect(run({ oversample: 0.5 })).rejects.toThrow("evaluateCompressed: oversample must");
    await expect(run({ dimensions: [2, 4] })).rejects.toThrow(
      "evaluateCompressed: dimensions[1] must be an integer from 1 to 3, received 4",
    );
    await expect(run({}, [[], []])).rejects.toThrow(
      "evaluateCompressed: relevant must name a passage for some query, received none",
    );
    await expect(run({}, [[3], [0]])).rejects.toThrow("evaluateCompressed: relevant[0] must be");
    const empty = fromRows([
      [0, 1],
      [1, 1],
    ]);
    await expect(
      evaluateCompressed(empty, fromRows([[1, 0]]), [[0], []], { dimensions: [1] }),
    ).rejects.toThrow("evaluateCompressed: queries cut to 1 dimension");
    await expect(run({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});
