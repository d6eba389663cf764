import { addToDiagonal, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { centerPairs } from "../centered-pairs.js";
import type { Family } from "./family.js";
import { polarFactor } from "./polar.js";

/**
 * Orthogonal Procrustes: the rotation of centred queries that comes closest to their centred passages; passages are
 * only centred. `mu` draws it toward no rotation, in units of the mean singular value of the cross-covariance's diagonal
 * scale (trace of both covariances / 2d), which also settles directions the pairs say nothing about.
 *
 * Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966.
 */
export function procrustesFamily(mus: readonly number[]): Family {
  return {
    name: "procrustes",
    points: mus.map((mu) => ({ mu })),
    fit(data, positives) {
      const pairs = centerPairs(data, positives);
      const { rows: n, cols: d } = pairs.queries;
      const cross = multiply(pairs.queries, pairs.passages, { transposeA: true });
      let trace = 0;
      for (const value of pairs.queries.data) trace += value * value;
      for (const value of pairs.passages.data) trace += value * value;
      const unit = trace > 0 ? trace / 2 / n / d : 1;
      return {
        sides({ mu }) {
          const drawn: Matrix = { rows: d, cols: d, data: cross.data.map((value) => value / n) };
          addToDiagonal(drawn, mu * unit);
          return {
            query: { center: pairs.queryCenter, weights: polarFactor(drawn) },
            passage: { center: pairs.passageCenter, weights: null },
            outputDimensions: d,
          };
        },
      };
    },
  };
}
