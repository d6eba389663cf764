import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { setKernel } from "../../src/math/kernel/kernel.js";
import type { Thresholds } from "../../src/math/kernel/simd-select.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import {
  roundDown,
  roundUp,
  selectFrom,
  selectScores,
} from "../../src/math/search/select-scores.js";
import { normalMatrix } from "./random-matrix.js";

/** What comes out, in an order of its own. */
function collect(
  job: (counts: Float64Array, take: (i: number, j: number, x: number) => void) => void,
  count: number,
): unknown {
  const counts = new Float64Array(count);
  const found: [number, number, number][] = [];
  job(counts, (i, j, score) => found.push([i, j, score]));
  const lastOf = new Map<number, number>();
  for (const [i, j] of found) {
    expect(j).toBeGreaterThan(lastOf.get(i) ?? -1);
    lastOf.set(i, j);
  }
  found.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  return { counts: [...counts], found };
}

function thresholdsOf(rows: readonly (readonly (readonly [number, number])[])[]): Thresholds {
  const pairs = rows.flat();
  const begins = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) begins[i + 1] = begins[i] + row.length;
  return {
    begins,
    low: Float32Array.from(pairs, ([low]) => low),
    high: Float32Array.from(pairs, ([, high]) => high),
  };
}

function both(a: Matrix, b: Matrix, thresholds: Thresholds): [unknown, unknown] {
  const products = multiply(a, b, { transposeB: true });
  const count = thresholds.low.length;
  return [
    collect((counts, take) => {
      selectScores(a, b, thresholds, counts, take);
    }, count),
    collect((counts, take) => {
      selectFrom(products, thresholds, counts, take);
    }, count),
  ];
}

describe("selectScores", () => {
  afterEach(() => {
    setKernel();
  });

  it("counts and hands over what a look at every stored product would, for any shape and thresholds", () => {
    fc.assert(
      fc.property(
        ...([fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 530 })] as const),
        ...([fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1000 })] as const),
        fc.array(fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { maxLength: 4 }), {
          minLength: 40,
          maxLength: 40,
        }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (m, k, n, seed, lows, width) => {
          const a = normalMatrix(m, k, seed);
          const b = normalMatrix(n, k, seed + 1);
          const thresholds = thresholdsOf(
            lows
              .slice(0, m)
              .map((row) =>
                row
                  .toSorted((x, y) => y - x)
                  .map((low) => [low * Math.sqrt(k), low * Math.sqrt(k) + width] as const),
              ),
          );
          const [selected, expected] = both(a, b, thresholds);
          expect(selected).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives the same on one thread, two and three", () => {
    const [a, b] = [normalMatrix(700, 300, 1), normalMatrix(900, 300, 2)];
    const thresholds = thresholdsOf(
      Array.from({ length: 700 }, (_, i) => [[20 + (i % 7), i % 3 === 0 ? NaN : 30 + (i % 5)]]),
    );
    for (const threads of [1, 2, 3]) {
      setKernel({ threads });
      const [selected, expected] = both(a, b, thresholds);
      expect(selected).toEqual(expected);
    }
  });

  it("goes through operands of several blocks", () => {
    const [a, b] = [normalMatrix(90, 100_000, 1), normalMatrix(60, 100_000, 2)];
    const thresholds = thresholdsOf(Array.from({ length: 90 }, (_, i) => [[i * 5, 450]]));
    const [selected, expected] = both(a, b, thresholds);
    expect(selected).toEqual(expected);
  });

  it("hands over what is no number, and counts it nowhere", () => {
    const [a, b] = [normalMatrix(20, 30, 1), normalMatrix(50, 30, 2)];
    b.data[7 * 30] = NaN;
    const [selected, expected] = both(
      a,
      b,
      thresholdsOf(Array.from({ length: 20 }, () => [[100, 200]])),
    );
    expect(selected).toEqual(expected);
    expect(selected).toEqual({
      counts: new Array(20).fill(0),
      found: Array.from({ length: 20 }, (_, i) => [i, 7, NaN]),
    });
  });

  it("takes columns beyond the last for none: their products of nothing are 0", () => {
    const [a, b] = [normalMatrix(64, 30, 1), normalMatrix(41, 30, 2)];
    const thresholds = thresholdsOf(Array.from({ length: 64 }, () => [[-0.5, 0.5]]));
    const [selected, expected] = both(a, b, thresholds);
    expect(selected).toEqual(expected);
  });

  it("finds nothing without thresholds, rows or columns", () => {
    const none = thresholdsOf(Array.from({ length: 64 }, () => []));
    for (const [rows, cols] of [
      [64, 64],
      [64, 0],
      [0, 64],
    ]) {
      const [a, b] = [createMatrix(rows, 30), createMatrix(cols, 30)];
      expect(both(a, b, none)[0]).toEqual({ counts: [], found: [] });
    }
  });
});

it("roundUp and roundDown are the single-precision numbers on either side", () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -3e38, max: 3e38 }),
      fc.float({ noNaN: true }),
      (x, y) => {
        expect(Math.fround(roundUp(x))).toBe(roundUp(x));
        expect(y < roundUp(x)).toBe(y < x);
        expect(y > roundDown(x)).toBe(y > x);
        for (const near of [roundUp(x), roundDown(x)]) {
          expect(near < roundUp(x)).toBe(near < x);
          expect(near > roundDown(x)).toBe(near > x);
        }
      },
    ),
  );
  expect([roundUp(NaN), roundDown(NaN)]).toEqual([NaN, NaN]);
});
