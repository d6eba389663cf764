import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRandom } from "../../src/base/random.js";
import { createMatrix, gatherRows, rowOf, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import {
  createResidentIndex,
  residentIndexIn,
  type ResidentIndex,
} from "../../src/math/search/resident-index.js";
import {
  createPlainMemory,
  createScanMemory,
  type ScanMemory,
} from "../../src/math/search/scan-memory.js";
import { topK } from "../../src/math/top-k.js";
import { normalMatrix, sameBits } from "./random-matrix.js";

const memories = { WebAssembly: createScanMemory, "plain JavaScript": createPlainMemory };
const preselects = ["int8", "none"] as const;
const ways = Object.entries(memories).flatMap(([name, createMemory]) =>
  preselects.map((preselect) => ({ name: `${name}, ${preselect}`, createMemory, preselect })),
);

/** What topK gives one query. */
function expected(query: Float32Array, vectors: Matrix, k: number): ReturnType<typeof topK> {
  return topK(createMatrix(1, vectors.cols, query), vectors, k);
}

/** What a function returns, or the end of its refusal. */
function outcome<T>(job: () => T): T | string {
  try {
    return job();
  } catch (error) {
    return (error as Error).message.replace(/.*row/, "row");
  }
}

function expectSameAsTopK(index: ResidentIndex, query: Float32Array, vectors: Matrix, k: number) {
  const wanted = outcome(() => expected(query, vectors, k));
  const found = outcome(() => index.search(query, k));
  if (typeof wanted === "string" || typeof found === "string") {
    expect(found).toBe(wanted);
    return;
  }
  expect([...found.indices]).toEqual([...wanted.indices]);
  expect(sameBits(found.scores, wanted.scores)).toBe(true);
}

type Random = ReturnType<typeof createRandom>;

/** Kinds of rows, by how a value comes from its row's centre and a random source. */
const kinds: Readonly<Record<string, (random: Random, row: number, centre: number) => number>> = {
  random: (random) => random.normal(),
  tied: (random) => Math.round(random.normal()),
  clustered: (random, _, centre) => centre + 0.05 * random.normal(),
  "near duplicates": (random, _, centre) => centre * (1 + 2 ** -23 * Math.round(random.normal())),
  huge: (random) => 1e18 * random.normal(),
  "too huge to score": (random) => 3e19 * random.normal(),
  tiny: (random) => 1e-22 * random.normal(),
  subnormal: (random) => 2 ** -149 * Math.round(200 * random.normal()),
  sparse: (random) => (random.normal() > 1.5 ? random.normal() : 0),
  outliers: (random) => (random.normal() > 2.5 ? 100 : 1) * random.normal(),
  "of every scale": (random, row) => 10 ** ((row % 31) - 15) * random.normal(),
  constant: () => 0.1,
  zero: () => 0,
  "great integers": (random) => Math.max(-127, Math.min(127, Math.round(60 * random.normal()))),
};

function vectorsOf(kind: string, rows: number, cols: number, random: Random): Matrix {
  const matrix = createMatrix(rows, cols);
  const centres = Float64Array.from({ length: 3 * cols }, () => random.normal());
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      matrix.data[i * cols + j] = kinds[kind](random, i, centres[(i % 3) * cols + j]);
    }
  }
  return matrix;
}

/** Row 150 has the greatest score, row 7 the greater 8-bit score; the others are far below both. */
function expectFirst(best: number[], seemingly: number[], values: number[]): void {
  const query = Float32Array.from(values);
  const vectors = createMatrix(300, query.length);
  for (let i = 0; i < 300; i++) rowOf(vectors, i).set(seemingly.map((x) => -100 * x));
  rowOf(vectors, 150).set(best);
  rowOf(vectors, 7).set(seemingly);
  const { indices, rescored } = createResidentIndex(vectors).search(query, 1);
  expect(expected(query, vectors, 1).indices[0]).toBe(150);
  expect(indices[0]).toBe(150);
  expect(rescored).toBeLessThan(300);
}

/** A value `length` times over, but for the first. */
const filled = (length: number, value: number, first = value): number[] =>
  Array.from({ length }, (_, i) => (i === 0 ? first : value));

describe.each(ways)("a resident index in $name", ({ createMemory, preselect }) => {
  const open = (vectors: Matrix): ResidentIndex =>
    residentIndexIn(createMemory, vectors, { preselect });

  it("finds what topK finds, to the bit, whatever the vectors", () => {
    fc.assert(
      fc.property(
        ...([fc.constantFrom(...Object.keys(kinds)), fc.integer({ min: 0, max: 300 })] as const),
        ...([fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 30 })] as const),
        ...([fc.constantFrom(...Object.keys(kinds), "a row"), fc.integer()] as const),
        (kind, rows, cols, k, queryKind, seed) => {
          const random = createRandom(seed);
          const vectors = vectorsOf(kind, rows, cols, random);
          const query =
            queryKind === "a row"
              ? rowOf(vectorsOf(kind, 1, cols, createRandom(seed)), 0)
              : vectorsOf(queryKind, 1, cols, random).data;
          expectSameAsTopK(open(vectors), query, vectors, k);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("finds the same over more rows than one block holds, and at every edge of a panel", () => {
    for (const rows of [1, 3, 4, 5, 31, 33, 1023, 1024, 1025, 2500]) {
      const vectors = normalMatrix(rows, 7, rows);
      expectSameAsTopK(open(vectors), normalMatrix(1, 7, "q").data, vectors, 5);
    }
  });

  it("finds rows that came later, as if all had come at once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 20 }),
        (sizes, cols) => {
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const vectors = normalMatrix(total, cols, 1);
          const index = open(createMatrix(0, cols));
          let first = 0;
          for (const size of sizes) {
            const part = vectors.data.subarray(first * cols, (first + size) * cols);
            expect(index.append(createMatrix(size, cols, part))).toBe(first);
            first += size;
            expect(index.rows).toBe(first);
          }
          expectSameAsTopK(index, normalMatrix(1, cols, 2).data, vectors, 8);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("never finds a removed row again, and finds the others at their numbers", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 12 }),
        (gone, k) => {
          const vectors = normalMatrix(200, 9, 1);
          const query = normalMatrix(1, 9, 2).data;
          const index = open(vectors);
          index.remove(gone);
          const left = Array.from({ length: 200 }, (_, i) => i).filter((i) => !gone.includes(i));
          const wanted = expected(query, gatherRows(vectors, left), k);
          const { indices, scores } = index.search(query, k);
          expect([...indices]).toEqual([...wanted.indices].map((i) => (i < 0 ? -1 : left[i])));
          expect(sameBits(scores, wanted.scores)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("does not give a removed row for its score of 0, when every other score is below", () => {
    const rows = Array.from({ length: 400 }, (_, i) => [-1, -i, -0.5]);
    const index = open(createMatrix(400, 3, Float32Array.from(rows.flat())));
    index.remove([0, 2, 3, ...Array.from({ length: 20 }, (_, i) => 350 + i)]);
    const query = Float32Array.of(1, 1, 1);
    const { indices, scores, rescored } = index.search(query, 3);
    expect([...indices]).toEqual([1, 4, 5]);
    expect([...scores]).toEqual([-2.5, -5.5, -6.5]);
    expect(rescored < 50).toBe(preselect === "int8");
    expect(index.append(createMatrix(1, 3, Float32Array.of(1, 1, 1)))).toBe(400);
    expect([...index.search(query, 2).indices]).toEqual([400, 1]);
  });

  it("overwrites what it removes", () => {
    const taken: ScanMemory[] = [];
    const record = (): ScanMemory => {
      taken.push(createMemory());
      return taken[taken.length - 1];
    };
    const index = residentIndexIn(record, normalMatrix(37, 11, 1), { preselect });
    const stored = (): number =>
      taken.reduce((sum, { views }) => sum + views.bytes.filter((byte) => byte !== 0).length, 0);
    expect(stored()).toBeGreaterThan(0);
    index.remove(Array.from({ length: 37 }, (_, i) => i));
    expect(stored()).toBe(0);
    expect([...index.search(new Float32Array(11).fill(1), 2).indices]).toEqual([-1, -1]);
  });

  it("gives the scores of listed rows, in any order and more than once, as the product does", () => {
    for (const [rows, cols] of [
      [50, 6],
      [50, 257],
      [9, 1000],
    ]) {
      const vectors = normalMatrix(rows, cols, 1);
      const query = normalMatrix(1, cols, 2);
      const all = multiply(query, vectors, { transposeB: true }).data;
      const index = open(vectors);
      for (const wanted of [[], [3], [8, 0, 0, 7, 1, 8, 5, 2, 3, 4, 6], [rows - 1]]) {
        const scores = index.scores(query.data, wanted);
        expect(
          sameBits(
            scores,
            Float32Array.from(wanted, (row) => all[row]),
          ),
        ).toBe(true);
      }
    }
  });

  it("is empty until rows come", () => {
    const index = open(createMatrix(0, 3));
    const { indices, scores, rescored } = index.search(Float32Array.of(1, 2, 3), 2);
    expect([[...indices], [...scores], rescored]).toEqual([[-1, -1], [-Infinity, -Infinity], 0]);
    expect(index.append(createMatrix(0, 3))).toBe(0);
    index.remove([]);
    expect([index.rows, index.cols]).toEqual([0, 3]);
  });

  it("keeps its own copy of the vectors and leaves the query alone", () => {
    const vectors = normalMatrix(40, 5, 1);
    const query = normalMatrix(1, 5, 2).data;
    const [before, queryBefore] = [createMatrix(40, 5, vectors.data.slice()), query.slice()];
    const index = open(vectors);
    vectors.data.fill(0);
    expectSameAsTopK(index, query, before, 3);
    expect(query).toEqual(queryBefore);
  });

  it("does not mix with another index, or with an earlier query", () => {
    const [a, b] = [normalMatrix(500, 8, 1), normalMatrix(500, 8, 2)];
    const [indexA, indexB] = [open(a), open(b)];
    for (let i = 0; i < 5; i++) {
      const query = normalMatrix(1, 8, `q${i}`).data;
      expectSameAsTopK(indexA, query, a, 4);
      expectSameAsTopK(indexB, query, b, 4);
    }
  });

  it("refuses a query that does not fit, without harm to the next", () => {
    const vectors = normalMatrix(300, 4, 1);
    const index = open(vectors);
    for (const job of ["search", "scores"] as const) {
      const run = (query: Float32Array): unknown =>
        job === "search" ? index.search(query, 1) : index.scores(query, [0]);
      expect(() => run(new Float32Array(3))).toThrow(
        `${job}: query must have 4 values, received 3`,
      );
      for (const value of [NaN, Infinity, -Infinity]) {
        expect(() => run(Float32Array.of(0, 1, value, 1))).toThrow(
          `${job}: query[2] must be a finite number, received ${value}`,
        );
      }
      // An array of doubles fits the type no more than 1e300 fits a float.
      expect(() => run([1, 1e300, 1, 1] as unknown as Float32Array)).toThrow(
        `${job}: query[1] must be a finite number, received 1e+300`,
      );
    }
    for (const k of [0, -1, 1.5, NaN]) {
      expect(() => index.search(new Float32Array(4), k)).toThrow(
        `search: k must be an integer >= 1, received ${k}`,
      );
    }
    expectSameAsTopK(index, normalMatrix(1, 4, 2).data, vectors, 3);
  });

  it("refuses a score that is not finite", () => {
    const vectors = createMatrix(2, 2, Float32Array.of(1, 1, 3e38, 3e38));
    const index = open(vectors);
    const query = Float32Array.of(1, 1);
    const message = "the score of row 1 must be a finite number, received Infinity";
    expect(() => index.search(query, 1)).toThrow(`search: ${message}`);
    expect(() => index.scores(query, [0, 1])).toThrow(`scores: ${message}`);
    expect(index.scores(query, [0])[0]).toBe(2);
  });

  it("refuses rows that are not there, all or none", () => {
    const vectors = normalMatrix(10, 4, 1);
    const query = normalMatrix(1, 4, 2).data;
    const index = open(vectors);
    for (const row of [10, -1, 0.5, NaN]) {
      const message = `rows[1] must be an integer >= 0 and < 10, received ${row}`;
      expect(() => {
        index.remove([3, row]);
      }).toThrow(`remove: ${message}`);
      expect(() => index.scores(query, [3, row])).toThrow(`scores: ${message}`);
    }
    expectSameAsTopK(index, query, vectors, 10);
    index.remove([3, 3]);
    index.remove([3]);
    expect(() => index.scores(query, [2, 3])).toThrow(
      "scores: rows[1] must be a row that was not removed, received 3",
    );
  });

  it("refuses vectors that do not fit, and keeps those that it has", () => {
    const broken = createMatrix(2, 3, Float32Array.of(1, 2, 3, 4, NaN, 6));
    expect(() => open(broken)).toThrow(
      "createResidentIndex: vectors: row 1, column 1 must be a finite number, received NaN",
    );
    expect(() => open(createMatrix(2, 0))).toThrow(
      "createResidentIndex: vectors.cols must be an integer >= 1, received 0",
    );
    const vectors = normalMatrix(6, 3, 1);
    const index = open(vectors);
    expect(() => index.append(broken)).toThrow("append: vectors: row 1, column 1 must be");
    expect(() => index.append(createMatrix(1, 4))).toThrow(
      "append: vectors and the index must have the same dimensions, received 4 and 3",
    );
    expect(index.rows).toBe(6);
    expectSameAsTopK(index, normalMatrix(1, 3, 2).data, vectors, 9);
  });

  it("refuses more rows than memory holds, and keeps those that it has", () => {
    const pages = 4;
    const small = (): ScanMemory => createMemory(pages);
    const cols = 16;
    const most = Math.floor((pages * 65_536 - 64 - 4096) / (16 * cols)) * 4;
    const vectors = normalMatrix(most, cols, 1);
    const index = residentIndexIn(small, vectors, { preselect });
    const query = normalMatrix(1, cols, 2).data;
    expectSameAsTopK(index, query, vectors, 5);
    const expectation = `at most ${most} rows of 16 dimensions in all, as many as memory can hold`;
    expect(() => index.append(createMatrix(1, cols))).toThrow(
      `append: vectors must be ${expectation}, received ${most + 1}`,
    );
    expectSameAsTopK(index, query, vectors, 5);
    expect(() => residentIndexIn(small, createMatrix(most + 1, cols), { preselect })).toThrow(
      `createResidentIndex: vectors must be ${expectation}, received ${most + 1}`,
    );
    expect(() => residentIndexIn(small, createMatrix(0, 100_000), { preselect })).toThrow(
      "at most 0 rows of 100000 dimensions in all",
    );
  });

  it("says when the platform has no memory left, and keeps what it has", () => {
    let full = false;
    const failing = (): ScanMemory => {
      const memory = createMemory();
      const grow = (bytes: number): void => {
        if (full) throw new RangeError("no room");
        memory.grow(bytes);
      };
      return Object.defineProperty({ ...memory, grow }, "views", { get: () => memory.views });
    };
    const vectors = normalMatrix(5, 3, 1);
    const index = residentIndexIn(failing, vectors, { preselect });
    full = true;
    expect(() => index.append(createMatrix(100_000, 3))).toThrow(
      "append: vectors: memory for 100005 rows of 3 dimensions could not be reserved",
    );
    expect(index.rows).toBe(5);
    expectSameAsTopK(index, normalMatrix(1, 3, 2).data, vectors, 5);
  });

  it("is of no use once closed", () => {
    const index = open(normalMatrix(5, 3, 1));
    index.close();
    index.close();
    const query = new Float32Array(3);
    const calls = {
      search: () => index.search(query, 1),
      scores: () => index.scores(query, [0]),
      append: () => index.append(createMatrix(1, 3)),
      remove: () => {
        index.remove([0]);
      },
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(call).toThrow(`${name}: the index must be open, received a closed one`);
    }
  });
});

describe("preselection by 8-bit integers", () => {
  it("computes few scores exactly where rows differ", () => {
    const vectors = normalMatrix(5000, 64, 1);
    const query = normalMatrix(1, 64, 2).data;
    const { rescored } = createResidentIndex(vectors).search(query, 10);
    expect(rescored).toBeGreaterThanOrEqual(10);
    expect(rescored).toBeLessThan(150);
    expect(createResidentIndex(vectors, { preselect: "none" }).search(query, 10).rescored).toBe(
      5000,
    );
  });

  it("keeps every row that the bound cannot tell from the best", () => {
    const [rows, cols, near] = [4000, 48, 400];
    const vectors = normalMatrix(rows, cols, 1);
    const query = normalMatrix(1, cols, 2).data;
    const random = createRandom(3);
    for (let i = 0; i < near; i++) {
      const row = rowOf(vectors, 10 * i + 3);
      for (let j = 0; j < cols; j++) row[j] = query[j] * (1 + 1e-4 * random.normal());
    }
    const index = createResidentIndex(vectors);
    expectSameAsTopK(index, query, vectors, 16);
    const { rescored } = index.search(query, 16);
    expect(rescored).toBeGreaterThanOrEqual(near);
    expect(rescored).toBeLessThan(rows / 8);
  });

  it("scans exactly where almost no row can be told apart", () => {
    const vectors = createMatrix(2000, 3, new Float32Array(6000).fill(0.3));
    const index = createResidentIndex(vectors);
    const { indices, rescored } = index.search(Float32Array.of(1, 2, 3), 3);
    expect([...indices]).toEqual([0, 1, 2]);
    expect(rescored).toBe(2000);
    expect(index.search(new Float32Array(3), 2).rescored).toBe(2000);
  });

  it("finds the best though all that rounding its row loses counts against it", () => {
    const [level, cols] = [1 / 127, 64];
    const other = filled(cols, 0, 1);
    other[1] = 25 * level;
    expectFirst(filled(cols, 0.49 * level, 1), other, filled(cols, 1, 0));
  });

  it("finds the best though all that rounding another row loses counts for that", () => {
    const [level, cols] = [1 / 127, 64];
    const best = filled(cols, 0, 1);
    best[1] = 40 * level;
    expectFirst(best, filled(cols, 0.51 * level, 1), filled(cols, 1, 0));
  });

  it("finds the best though all that rounding the query loses counts against it", () => {
    const cols = 64;
    expectFirst(filled(cols, 1, 0), filled(cols, 0, 5e-4), filled(cols, 1.4e-5, 1));
  });

  it("finds the best though a sum in single precision is far from the inner product", () => {
    // 5 · 127 · 32767 is above 2²⁴, where adding a 1 is lost; before it, ones count. Integers are rounded to themselves, so
    // that rounding to 8 bits loses nothing.
    const great = [127, 127, 127, 127, 127];
    const none = filled(5, 0);
    const ones = (count: number): number[] => Array.from({ length: 240 }, (_, i) => +(i < count));
    const query = [...filled(5, 32_767), ...filled(240, 1), ...filled(5, 32_767)];
    expectFirst([...none, ...ones(20), ...great], [...great, ...ones(240), ...none], query);
  });

  it("finds the best though its products are below what single precision holds", () => {
    // 64 products of 0.6 of the smallest number, each rounded up to it, against one of 45.
    const [unit, cols] = [2 ** -74, 64];
    expectFirst(filled(cols, 0.6 * unit), filled(cols, 0, 45 * unit), filled(cols, 2 ** -75));
  });
});

describe("preselection of a tiny query beside huge rows", () => {
  it("finds the best though its own units overflow", () => {
    const query = normalMatrix(1, 20, 1).data;
    const vectors = normalMatrix(400, 20, 2);
    for (let i = 0; i < 8000; i++) vectors.data[i] = 3e36 * (0.1 * vectors.data[i] - query[i % 20]);
    const tiny = query.map((value) => 1e-10 * value);
    for (const { createMemory } of ways) {
      expectSameAsTopK(residentIndexIn(createMemory, vectors), tiny, vectors, 40);
    }
  });
});

describe("without WebAssembly SIMD", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ["no WebAssembly", undefined],
    ["no SIMD", { ...WebAssembly, validate: (): boolean => false }],
    [
      "a platform that will not compile at once",
      {
        validate: (): boolean => true,
        Module: (): never => {
          throw new RangeError("too large");
        },
      },
    ],
  ])("an index gives the same: %s", async (_, stub) => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", stub);
    const search = await import("../../src/math/search/resident-index.js");
    const vectors = normalMatrix(900, 300, 1);
    const query = normalMatrix(1, 300, 2).data;
    expectSameAsTopK(search.createResidentIndex(vectors), query, vectors, 7);
  });
});
