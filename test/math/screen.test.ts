import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { rankRelevant } from "../../src/evaluate/retrieval/rank-relevant.js";
import { retrieve } from "../../src/evaluate/retrieval/retrieve.js";
import { exactCosine, gridCosine } from "../../src/math/exact-cosine.js";
import { loadKernel, setKernel } from "../../src/math/kernel/kernel.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { scaleOf } from "../../src/math/search/rounded-rows.js";
import { createScreen, screenRows } from "../../src/math/search/screen.js";
import { normalMatrix } from "./random-matrix.js";

/** Every product of two matrices' rows, as a cosine, with how far it may be off; and whether rows were rounded. */
function cosinesOf(a: Matrix, b: Matrix): { cosines: Matrix; errors: number[]; rounded: boolean } {
  const cosines = createMatrix(a.rows, b.rows);
  const errors: number[] = [];
  let rounded = false;
  createScreen({ cosine: true }).select(
    screenRows(a, true),
    screenRows(b, true),
    () => 0,
    ({ scale, error }) => {
      rounded = scale > 1;
      for (let i = 0; i < a.rows; i++) errors.push(error(i));
      const low = new Float32Array(a.rows).fill(-Infinity);
      const high = new Float32Array(a.rows).fill(NaN);
      const begins = Int32Array.from({ length: a.rows + 1 }, (_, i) => i);
      return [
        { begins, low, high },
        (i, j, product) => {
          cosines.data[i * b.rows + j] = product / scale;
          return false;
        },
      ];
    },
    new Float64Array(a.rows),
  );
  return { cosines, errors, rounded };
}

/** The greatest share of its bound by which a product is off. */
function worstShare(a: Matrix, b: Matrix): number {
  const { cosines, errors, rounded } = cosinesOf(a, b);
  expect(rounded).toBe(true);
  const exact = exactCosine(a, b, "a", "b");
  let worst = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      const off = Math.abs(cosines.data[i * b.rows + j] - exact(i, j));
      worst = Math.max(worst, off / errors[i]);
    }
  }
  return worst;
}

/** Rows that rounding finds hard: one value alone, equal values, both signs, sizes at the ends of single precision. */
function oddRows(rows: number, cols: number): Matrix {
  const matrix = normalMatrix(rows, cols, 5);
  for (let i = 0; i < rows; i++) {
    const row = matrix.data.subarray(i * cols, (i + 1) * cols);
    const kind = i % 8;
    if (kind === 0) row.fill(0).set([i % 16 === 0 ? 1 : -1], i % cols);
    if (kind === 1) row.fill(1);
    if (kind === 2) row.fill(-1);
    if (kind === 3) for (let j = 0; j < cols; j++) row[j] *= 1e-42;
    if (kind === 4) for (let j = 0; j < cols; j++) row[j] *= 1e37;
    if (kind === 5) for (let j = 0; j < cols; j++) row[j] *= 10 ** -(j % 30);
    if (kind === 6) row.fill(2 ** -149);
  }
  return matrix;
}

describe("rows rounded to 16 bits", () => {
  afterEach(() => {
    setKernel();
  });

  it("give cosines no further off than is said, for any dimensions and threads", () => {
    fc.assert(
      fc.property(
        ...([fc.integer({ min: 64, max: 90 }), fc.integer({ min: 1, max: 1100 })] as const),
        ...([fc.integer({ min: 64, max: 200 }), fc.integer({ min: 1, max: 1000 })] as const),
        fc.constantFrom(1, 2, 3),
        (m, d, n, seed, threads) => {
          setKernel({ threads });
          const share = worstShare(normalMatrix(m, d, seed), normalMatrix(n, d, seed + 1));
          expect(share).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([1, 2, 3, 5, 30, 511, 512, 513, 1536])(
    "hold for rows of one value, of equal, tiny and huge ones, of %i dimensions",
    (d) => {
      expect(worstShare(oddRows(96, d), oddRows(80, d))).toBeLessThanOrEqual(1);
    },
  );

  it("cannot leave 32 bits: the greatest sum, of a row with itself, is just below", () => {
    for (const d of [1, 2, 3, 100, 1536, 4096, 100_000]) {
      const longest = scaleOf(d) + Math.sqrt(d) / 2;
      expect(longest ** 2).toBeLessThan(2 ** 31 - 1);
      expect(longest ** 2).toBeGreaterThan(2 ** 31 - 1 - 2 ** 19 * Math.sqrt(d));
    }
    const equal = createMatrix(64, 1536, new Float32Array(64 * 1536).fill(1));
    const { cosines } = cosinesOf(equal, equal);
    for (const cosine of cosines.data) expect(cosine).toBeCloseTo(1, 3);
  });

  it("err by a few ten-thousandths, so that few exact scores are asked for", () => {
    const { errors } = cosinesOf(normalMatrix(64, 1536, 1), normalMatrix(64, 1536, 2));
    expect(Math.max(...errors)).toBeLessThan(6e-4);
  });

  it("are not used where the platform compiles no further module", () => {
    const kernel = loadKernel()!;
    const { extend } = kernel;
    Object.assign(kernel, { extend: () => false });
    try {
      expect(cosinesOf(normalMatrix(64, 30, 1), normalMatrix(64, 30, 2)).rounded).toBe(false);
    } finally {
      Object.assign(kernel, { extend });
    }
  });
});

/** A corpus whose rows lie so close that rounding tells few apart, some of them parallel. */
function closeRows(rows: number, cols: number, spread: number): Matrix {
  const matrix = normalMatrix(rows, cols, 7);
  const common = normalMatrix(1, cols, 8).data;
  for (let at = 0; at < matrix.data.length; at++) {
    matrix.data[at] = common[at % cols] + spread * matrix.data[at];
  }
  for (let i = 0; i + 9 < rows; i += 18) {
    for (let j = 0; j < cols; j++) matrix.data[(i + 9) * cols + j] = 3 * matrix.data[i * cols + j];
  }
  return matrix;
}

describe("ranks and lists from rounded rows", () => {
  afterEach(() => {
    setKernel();
  });

  it.each([1, 1e-2, 1e-4])(
    "are those of 64-bit cosines on the grid, where rows differ by %d of their length",
    async (spread) => {
      const [queries, corpus] = [closeRows(70, 61, spread), closeRows(5000, 61, spread)];
      const exact = gridCosine(queries, corpus, "queries", "corpus");
      const relevant = Array.from({ length: 70 }, (_, i) => [i, 4000 + i]);
      const expected = relevant.map((rows, i) =>
        rows.map((row) => {
          const score = exact(i, row);
          let before = 0;
          for (let j = 0; j < corpus.rows; j++) {
            const other = exact(i, j);
            const ties = other === score && (!rows.includes(j) || j < row);
            if (other > score || ties) before++;
          }
          return before + 1;
        }),
      );
      const order = Array.from({ length: 70 }, (_, i) => {
        const scores = Array.from({ length: corpus.rows }, (_, j) => exact(i, j));
        const rows = [...scores.keys()].sort((x, y) => scores[y] - scores[x] || x - y);
        return rows.slice(0, 12);
      });
      for (const threads of [1, 3]) {
        setKernel({ threads });
        expect(await rankRelevant(queries, corpus, relevant)).toEqual(expected);
        const { passages } = retrieve(queries, corpus, 12);
        expect([...passages]).toEqual(order.flat());
      }
    },
  );

  it("leave out what is to be left out, however many thresholds lie below it", async () => {
    const [queries, corpus] = [closeRows(70, 33, 1), closeRows(3000, 33, 1)];
    const relevant = Array.from({ length: 70 }, (_, i) => [i, 2000 + i, 2500 + i]);
    const leaveOut = Array.from({ length: 70 }, (_, i) => (i % 2 === 0 ? [100 + i, 700] : []));
    const screened = await rankRelevant(queries, corpus, relevant, { leaveOut });
    const { extend } = loadKernel()!;
    Object.assign(loadKernel()!, { extend: () => false });
    try {
      expect(screened).toEqual(await rankRelevant(queries, corpus, relevant, { leaveOut }));
    } finally {
      Object.assign(loadKernel()!, { extend });
    }
  });
});
