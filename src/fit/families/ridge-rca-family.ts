import { addMatrices, subtractFromRows } from "../../math/elementwise.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { centerPairs } from "../centered-pairs.js";
import { scaleColumns } from "../matrix-layout.js";
import { basisOfRows, type SpectralBasis } from "../spectral/spectral-basis.js";
import { spectralMap } from "../spectral/spectral-map.js";
import { spectralScorer } from "../spectral/spectral-scorer.js";
import type { Family, FittedFamily, Parameters } from "./family.js";
import { remember } from "./remember.js";
import { rcaPoints, rcaScales, type RcaGrid } from "./rca-family.js";
import { ridgeToIdentity, type RidgeMap } from "./ridge-map.js";

interface RidgePart {
  readonly map: RidgeMap;
  /** Of what the map leaves unexplained. */
  readonly basis: SpectralBasis;
}

/**
 * RCA after a ridge map: passages are first taken toward their queries by ridge regression to the identity (μ), and C is
 * the covariance of what that map leaves unexplained on pairs it did not see. What queries and passages do differently
 * in a predictable way is thus undone, not shrunk.
 */
export function ridgeRcaFamily({ mus, ...grid }: RcaGrid & { mus: readonly number[] }): Family {
  return {
    name: "ridge-rca",
    points: mus.flatMap((mu) => rcaPoints(grid).map((point) => ({ mu, ...point }))),
    fit(data, positives): FittedFamily {
      const pairs = centerPairs(data, positives);
      const mapAt = ridgeToIdentity(pairs.passages, pairs.queries);
      const partAt = remember(({ mu }: Parameters): RidgePart => {
        const map = mapAt(mu);
        return { map, basis: basisOfRows(map.residuals()) };
      }, muOf);
      return {
        sides(point) {
          const { map, basis } = partAt(point);
          const scales = rcaScales(basis, point);
          const g = map.matrix();
          return {
            query: { center: pairs.queryCenter, ...spectralMap(basis.vectors, scales) },
            passage: { center: pairs.passageCenter, weights: followedBy(g, basis, scales) },
            outputDimensions: data.queries.cols,
          };
        },
        scorer(queries, passages) {
          const q = subtractFromRows(queries, pairs.queryCenter);
          const p = subtractFromRows(passages, pairs.passageCenter);
          const scorerAt = remember((of: Parameters) => {
            const { map, basis } = partAt(of);
            const score = spectralScorer(q, map.apply(p), basis.vectors, { query: 1, passage: 1 });
            return (point: Parameters) => score(rcaScales(basis, point));
          }, muOf);
          return (point) => scorerAt(point)(point);
        },
      };
    },
  };
}

const muOf = ({ mu }: Parameters): number => mu;

/** G · (I + U diag(s - 1) Uᵀ). */
function followedBy(g: Matrix, { vectors }: SpectralBasis, scales: Float64Array): Matrix {
  const factors = scaleColumns(
    vectors,
    scales.map((s) => s - 1),
  );
  return addMatrices(multiply(multiply(g, vectors), factors, { transposeB: true }), g);
}
