import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { subtractFromRows, subtractMatrices } from "../../math/elementwise.js";
import { centerPairs } from "../centered-pairs.js";
import type { Family, FittedFamily, Parameters } from "./family.js";
import { ridgeToIdentity, type RidgeMap } from "./ridge-map.js";
import {
  basisOfRows,
  blendedScales,
  scaleColumns,
  type SpectralBasis,
} from "../spectral/spectral-basis.js";
import { spectralMap } from "../spectral/spectral-map.js";
import { spectralScorer } from "../spectral/spectral-scorer.js";

/** Values to try; every combination is a point. */
export interface RcaGrid {
  /** λ in units of the mean eigenvalue of C. */
  readonly lambdas: readonly number[];
  /** The exponent a of W = (C + λI)^-a. */
  readonly powers: readonly number[];
  /** Weights of a mild metric beside that of λ and a ({@link blendedScales}); 0 is RCA itself. @default [0] */
  readonly blends?: readonly number[];
}

/** Every combination of λ, a and blend. */
function gridPoints({ lambdas, powers, blends = [0] }: RcaGrid): Parameters[] {
  return lambdas.flatMap((lambda) =>
    powers.flatMap((power) => blends.map((blend) => ({ lambda, power, blend }))),
  );
}

/** RCA on both sides, each centred. */
export function rcaFamily(grid: RcaGrid): Family {
  return {
    name: "rca",
    points: gridPoints(grid),
    fit(data, positives): FittedFamily {
      const pairs = centerPairs(data, positives);
      const basis = basisOfRows(subtractMatrices(pairs.queries, pairs.passages));
      const scales = scalesAt(basis);
      return {
        sides(point) {
          const map = spectralMap(basis.vectors, scales(point));
          return {
            query: { center: pairs.queryCenter, ...map },
            passage: { center: pairs.passageCenter, ...map },
            outputDimensions: data.queries.cols,
          };
        },
        scorer(queries, passages) {
          const q = subtractFromRows(queries, pairs.queryCenter);
          const p = subtractFromRows(passages, pairs.passageCenter);
          const score = spectralScorer(q, p, basis.vectors, { query: 1, passage: 1 });
          return (point) => score(scales(point));
        },
      };
    },
  };
}

/**
 * RCA folded into the query side: the metric (C + λI)^-2a is applied to queries alone, so that an indexed corpus stays
 * as it is. Queries are centred, passages are not.
 */
export function queryRcaFamily(grid: RcaGrid): Family {
  return {
    name: "query-rca",
    points: gridPoints(grid),
    fit(data, positives): FittedFamily {
      const pairs = centerPairs(data, positives);
      const basis = basisOfRows(subtractMatrices(pairs.queries, pairs.passages));
      const scales = scalesAt(basis);
      return {
        sides: (point) => ({
          query: {
            center: pairs.queryCenter,
            ...spectralMap(
              basis.vectors,
              scales(point).map((s) => s * s),
            ),
          },
          passage: { center: null, weights: null },
          outputDimensions: data.queries.cols,
        }),
        scorer(queries, passages) {
          const q = subtractFromRows(queries, pairs.queryCenter);
          const score = spectralScorer(q, passages, basis.vectors, { query: 2, passage: 0 });
          return (point) => score(scales(point));
        },
      };
    },
  };
}

/**
 * RCA after a ridge map: passages are first taken toward their queries by ridge regression to the identity (μ), and C is
 * the covariance of what that map leaves unexplained on pairs it did not see. What queries and passages do differently
 * in a predictable way is thus undone, not shrunk.
 */
export function ridgeRcaFamily({ mus, ...grid }: RcaGrid & { mus: readonly number[] }): Family {
  return {
    name: "ridge-rca",
    points: mus.flatMap((mu) => gridPoints(grid).map((point) => ({ mu, ...point }))),
    fit(data, positives): FittedFamily {
      const pairs = centerPairs(data, positives);
      const mapAt = ridgeToIdentity(pairs.passages, pairs.queries);
      const parts = new Map<number, { map: RidgeMap; basis: SpectralBasis }>();
      const partAt = ({ mu }: Parameters): { map: RidgeMap; basis: SpectralBasis } => {
        let part = parts.get(mu);
        if (part === undefined) {
          const map = mapAt(mu);
          parts.set(mu, (part = { map, basis: basisOfRows(map.residuals) }));
        }
        return part;
      };
      return {
        sides(point) {
          const { map, basis } = partAt(point);
          const scales = scalesAt(basis)(point);
          const whitening = spectralMap(basis.vectors, scales);
          // G · (I + U diag(s - 1) Uᵀ)
          const g = map.matrix();
          const weights = multiply(multiply(g, basis.vectors), spectralFactors(basis, scales), {
            transposeB: true,
          });
          for (let i = 0; i < weights.data.length; i++) weights.data[i] += g.data[i];
          return {
            query: { center: pairs.queryCenter, ...whitening },
            passage: { center: pairs.passageCenter, weights },
            outputDimensions: data.queries.cols,
          };
        },
        scorer(queries, passages) {
          const q = subtractFromRows(queries, pairs.queryCenter);
          const raw = subtractFromRows(passages, pairs.passageCenter);
          const scorers = new Map<number, (point: Parameters) => Matrix>();
          return (point) => {
            let scorer = scorers.get(point.mu);
            if (scorer === undefined) {
              const { map, basis } = partAt(point);
              const score = spectralScorer(q, map.apply(raw), basis.vectors, {
                query: 1,
                passage: 1,
              });
              scorer = (at) => score(scalesAt(basis)(at));
              scorers.set(point.mu, scorer);
            }
            return scorer(point);
          };
        },
      };
    },
  };
}

function scalesAt(basis: SpectralBasis): (point: Parameters) => Float64Array {
  return ({ lambda, power, blend }) => blendedScales(basis, lambda, power, blend);
}

/** U diag(s - 1). */
function spectralFactors({ vectors }: SpectralBasis, scales: Float64Array): Matrix {
  return scaleColumns(
    vectors,
    scales.map((s) => s - 1),
  );
}
