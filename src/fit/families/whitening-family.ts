import { subtractFromRows } from "../../math/elementwise.js";
import { centerPairs } from "../centered-pairs.js";
import { stackRows } from "../matrix-layout.js";
import type { Family } from "./family.js";
import type { RcaGrid } from "./rca-family.js";
import { basisOfRows, shrinkingScales } from "../spectral/spectral-basis.js";
import { spectralMap } from "../spectral/spectral-map.js";
import { spectralScorer } from "../spectral/spectral-scorer.js";

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
      const basis = basisOfRows(stackRows(pairs.queries, pairs.passages));
      return {
        sides({ lambda, power }) {
          const map = spectralMap(basis.vectors, shrinkingScales(basis, lambda, power));
          return {
            query: { center: pairs.queryCenter, ...map },
            passage: { center: pairs.passageCenter, ...map },
            outputDimensions: data.queries.cols,
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
