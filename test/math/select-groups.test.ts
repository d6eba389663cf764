import { expect, it } from "vitest";
import { withEngine } from "../../src/math/engines/engine-scope.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import type { ProductEngine } from "../../src/math/engines/product-engine.js";
import { rowOf } from "../../src/math/matrix.js";
import { multiplyInKernel } from "../../src/math/multiply.js";
import { selectFrom, selectScores } from "../../src/math/search/select-scores.js";
import { normalMatrix } from "./random-matrix.js";

/** The kernel's scores, with the greatest of every five columns. */
const grouping = (known: boolean): ProductEngine => ({
  ...createKernelEngine(),
  scoreSync(a, b) {
    const scores = multiplyInKernel(a, b, { transposeB: true });
    const groups = Math.ceil(scores.cols / 5);
    const greatest = Float32Array.from({ length: scores.rows * groups }, (_, at) => {
      const start = (at % groups) * 5;
      return Math.max(...rowOf(scores, Math.floor(at / groups)).subarray(start, start + 5));
    });
    return { scores, width: 5, greatest: known ? greatest : null };
  },
});

it.each([true, false])(
  "an engine's groups of scores (greatest known: %s) give what a look at every score gives",
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
