import { gatherRows, type Matrix } from "../../math/matrix.js";
import { subtractFromRows, subtractMatrices } from "../../math/elementwise.js";
import type { Family } from "./family.js";
import { rcaSpectrum } from "./rca-spectrum.js";
import {
  basisOfMoment,
  basisOfRows,
  completeSpectralMatrix,
  shrinkingScales,
  spectralMatrix,
  type SpectralBasis,
} from "../spectral/spectral-basis.js";

/**
 * The discriminative closed form: M = (C + λI)⁻¹ - γ (N + λI)⁻¹, C the covariance of differences between matches and N
 * that between queries and their hard negatives; what is left of M below zero is cut off, and W = M^½ maps both sides.
 * It is the log-likelihood ratio of "match" against "hard negative" for Gaussian differences, γ weighing the second.
 *
 * Source: Köstinger, Hirzer, Wohlhart, Roth, Bischof, "Large scale metric learning from equivalence constraints"
 * (KISSME), 2012, there with γ = 1 and random non-matches.
 *
 * @param options.lambdas In units of the mean eigenvalue of C. @param options.gammas Each in [0, 1).
 */
export function discriminativeFamily({
  lambdas,
  gammas,
}: {
  readonly lambdas: readonly number[];
  readonly gammas: readonly number[];
}): Family {
  return {
    name: "discriminative",
    points: lambdas.flatMap((lambda) => gammas.map((gamma) => ({ lambda, gamma }))),
    fit(data, positives, negatives) {
      if (negatives.query.length === 0) {
        throw new RangeError(
          'candidate "discriminative" must have pairs with label 0 to learn from, received none',
        );
      }
      const { pairs, basis: matching } = rcaSpectrum(data, positives);
      const wrong = basisOfRows(
        subtractMatrices(
          subtractFromRows(gatherRows(data.queries, negatives.query), pairs.queryCenter),
          subtractFromRows(gatherRows(data.passages, negatives.passage), pairs.passageCenter),
        ),
      );
      return {
        sides({ lambda, gamma }) {
          const shrinkage = lambda * matching.meanValue;
          const metric = inverse(matching, shrinkage);
          const subtracted = inverse(wrong, shrinkage);
          for (let i = 0; i < metric.data.length; i++) {
            metric.data[i] -= gamma * subtracted.data[i];
          }
          const { values, vectors } = basisOfMoment(metric);
          const weights = spectralMatrix(
            vectors,
            values.map((value) => Math.sqrt(value / values[0])),
          );
          return {
            query: { center: pairs.queryCenter, weights },
            passage: { center: pairs.passageCenter, weights },
            outputDimensions: data.queries.cols,
          };
        },
      };
    },
  };
}

/** (S + shrinkage · I)⁻¹ · shrinkage, d × d; the factor keeps values near 1. */
function inverse(basis: SpectralBasis, shrinkage: number): Matrix {
  const scales = shrinkingScales(basis, shrinkage / basis.meanValue, 1);
  return completeSpectralMatrix(basis.vectors, scales);
}
