import { expect, it } from "vitest";
import { withEngine } from "../../src/math/engines/engine-scope.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import { everyScore, type ProductEngine } from "../../src/math/engines/product-engine.js";
import { rowOf } from "../../src/math/matrix.js";
import { multiplyInKernel } from "../../src/math/multiply.js";
import { selectFrom, selectScores } from "../../src/math/search/select-scores.js";
import { normalMatrix } from "./random-matrix.js";

/** The kernel's scores, in groups of five columns of which one is high, or all of them. */
const grouping = (known: boolean): ProductEngine => ({
  ...createKernelEngine(),
  *highScoresSync(a, b, floors) {
    const product = multiplyInKernel(a, b, { transposeB: true });
    if (!known) {
      yield everyScore(product);
      return;
    }
    // A few rows at a time, as an engine may.
    for (let first = 0; first < a.rows; first += 4) {
      const found: { row: number; column: number; scores: number[] }[] = [];
      for (let row = first; row < Math.min(a.rows, first + 4); row++) {
        for (let column = 0; column < b.rows; column += 5) {
          const scores = [...rowOf(product, row).subarray(column, column + 5)];
          if (Math.max(...scores) < floors[row]) continue;
          // Beyond the last column, what would be taken if it were read.
          while (scores.length < 5) scores.push(Infinity);
          found.push({ row, column, scores });
        }
      }
      yield {
        rows: found.map(({ row }) => row),
        columns: found.map(({ column }) => column),
        width: 5,
        scores: Float32Array.from(found.flatMap(({ scores }) => scores)),
      };
    }
  },
});

it.each([true, false])(
  "an engine's groups of scores (high ones alone: %s) give what a look at every score gives",
  (known) => {
    for (const [columns, reach] of [
      [73, 4],
      [500, 10],
      [500, 100],
    ]) {
      const [a, b] = [normalMatrix(9, 30, 1), normalMatrix(columns, 30, 2)];
      const thresholds = {
        begins: Int32Array.from({ length: 10 }, (_, i) => (i < 3 ? i : i + 1)),
        low: Float32Array.from({ length: 10 }, (_, t) => reach - t),
        high: Float32Array.from({ length: 10 }, (_, t) => (t === 5 ? NaN : reach - t + 1)),
      };
      const collect = (job: typeof selectScores | null): unknown => {
        const counts = new Float64Array(10);
        const found: unknown[] = [];
        const take = (...place: number[]): void => void found.push(place);
        if (job !== null) job(a, b, thresholds, counts, take);
        else selectFrom(multiplyInKernel(a, b, { transposeB: true }), thresholds, counts, take);
        return { counts, found };
      };
      const selected = withEngine(grouping(known), () => collect(selectScores));
      expect(selected).toEqual(collect(null));
    }
  },
);
