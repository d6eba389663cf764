import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { covariance, type Covariance } from "../../math/covariance.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { subtractMatrices } from "../../math/elementwise.js";
import { centerPairs } from "../centered-pairs.js";
import { basisOfMoment } from "../spectral/spectral-basis.js";
import type { CenteredBasis } from "./rca-family.js";

/**
 * RCA with a prior from the corpus: S = (n·C + ν·T·tr C / tr T) / (n + ν), where C is the covariance of the differences
 * between n matches, each side centred, and T how texts spread at all: the mean of the passages' and the questions'
 * covariances, each scaled to trace 1. The fewer labels there are, the more counts what needs none.
 *
 * @param corpus Mean and covariance of all passages.
 * @param log Those of unlabelled questions; `null` to take the questions of the pairs.
 */
export function corpusPriorMetric(
  data: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
  nu: number,
  corpus: Covariance,
  log: Covariance | null,
): CenteredBasis {
  const pairs = centerPairs(data, positives);
  const n = positives.query.length;
  const differences = subtractMatrices(pairs.queries, pairs.passages);
  const c = multiply(differences, differences, { transposeA: true });
  const questions =
    log ?? covariance(gatherRows(data.queries, Uint32Array.from(new Set(positives.query))));
  const spread = meanSpread([corpus.covariance, questions.covariance]);
  const weight = (nu * trace(c)) / n;
  const moment = createMatrix(c.rows, c.cols);
  for (let i = 0; i < moment.data.length; i++) {
    moment.data[i] = (c.data[i] + weight * spread.data[i]) / (n + nu);
  }
  return {
    basis: basisOfMoment(moment),
    queryCenter: Float32Array.from(questions.mean),
    passageCenter: Float32Array.from(corpus.mean),
  };
}

/** The mean of the matrices, each scaled to trace 1 first. */
export function meanSpread(matrices: readonly Matrix[]): Matrix {
  const traces = matrices.map(trace);
  const used = matrices.filter((_, i) => traces[i] > 0);
  const usedTraces = traces.filter((value) => value > 0);
  const result = createMatrix(matrices[0].rows, matrices[0].cols);
  for (const [i, { data }] of used.entries()) {
    const factor = 1 / usedTraces[i] / used.length;
    for (let j = 0; j < data.length; j++) result.data[j] += factor * data[j];
  }
  return result;
}

function trace({ rows, cols, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += data[i * cols + i];
  return sum;
}
