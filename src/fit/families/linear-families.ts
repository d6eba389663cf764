import { gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { centerPairs } from "../centered-pairs.js";
import type { Family } from "./family.js";
import { polarFactor } from "./polar.js";
import { ridgeToIdentity } from "./ridge-map.js";
import type { RcaGrid } from "./rca-family.js";
import { basisOfRows, shrinkingScales } from "../spectral/spectral-basis.js";
import { spectralMap } from "../spectral/spectral-map.js";
import { spectralScorer } from "../spectral/spectral-scorer.js";

/**
 * Ridge regression of passages on queries, held near the identity: the query side becomes its expected passage, indexed
 * passages stay as they are. Nothing is centred, so that G alone is the adapter.
 *
 * @param mus Penalties on |G - I|², in units of the mean eigenvalue of the queries' second moment.
 */
export function ridgeFamily(mus: readonly number[]): Family {
  return {
    name: "ridge",
    points: mus.map((mu) => ({ mu })),
    fit(data, { query, passage }) {
      const mapAt = ridgeToIdentity(
        gatherRows(data.queries, query),
        gatherRows(data.passages, passage),
      );
      return {
        sides: ({ mu }) => ({
          query: { center: null, weights: mapAt(mu).matrix() },
          passage: { center: null, weights: null },
          outputDimensions: data.queries.cols,
        }),
      };
    },
  };
}

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
          for (let i = 0; i < d; i++) drawn.data[i * d + i] += mu * unit;
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

/**
 * Whitening of both sides together, each centred: W = (T + λI)^-a for the pooled covariance T. It uses no pairing at
 * all, only the vectors of matching pairs.
 *
 * Source: Su, Cao, Liu, Ou, "Whitening sentence representations", 2021, with shrinkage.
 */
export function whiteningFamily({ lambdas, powers }: Pick<RcaGrid, "lambdas" | "powers">): Family {
  return {
    name: "whitening",
    points: lambdas.flatMap((lambda) => powers.map((power) => ({ lambda, power }))),
    fit(data, positives) {
      const pairs = centerPairs(data, positives);
      const { rows, cols } = pairs.queries;
      const both = new Float32Array(2 * rows * cols);
      both.set(pairs.queries.data);
      both.set(pairs.passages.data, rows * cols);
      const basis = basisOfRows({ rows: 2 * rows, cols, data: both });
      return {
        sides({ lambda, power }) {
          const map = spectralMap(basis.vectors, shrinkingScales(basis, lambda, power));
          return {
            query: { center: pairs.queryCenter, ...map },
            passage: { center: pairs.passageCenter, ...map },
            outputDimensions: cols,
          };
        },
        scorer(queries, passages) {
          const score = spectralScorer(
            subtractFromRows(queries, pairs.queryCenter),
            subtractFromRows(passages, pairs.passageCenter),
            basis.vectors,
            { query: 1, passage: 1 },
          );
          return ({ lambda, power }) => score(shrinkingScales(basis, lambda, power));
        },
      };
    },
  };
}
