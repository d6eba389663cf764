import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { basisOfMoment, basisOfRows, type SpectralBasis } from "../spectral/spectral-basis.js";
import type { Family, FittedFamily } from "./family.js";
import { metricSides, type MetricPoint } from "./metric.js";
import { differencesOf, type PairDifferences } from "./rca-spectrum.js";
import type { CenteredBasis } from "./rca-family.js";
import { meanOfSpreads, spreadOf, trace, type Spread } from "./spread.js";

/**
 * RCA with a prior from the corpus: S = (n·C + ν·T·tr C / tr T) / (n + ν), where C is the covariance of the differences
 * between n matches, each side centred, and T how texts spread at all: the mean of the passages' and the questions'
 * covariances, each scaled to trace 1. The fewer labels there are, the more counts what needs none.
 *
 * @param corpus The spread of all passages.
 * @param log That of unlabelled questions; `null` to take the questions of the pairs.
 */
export function corpusPriorMetric(
  data: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
  nu: number,
  corpus: Spread,
  log: Spread | null,
): CenteredBasis {
  const differences = differencesOf(data, positives);
  return priorMetric(differences, corpus, log ?? questionSpread(data, positives), nu);
}

/** How the questions that pairs name spread, each counted once. */
export function questionSpread(
  { queries }: Pick<PreparedPairs, "queries">,
  { query }: IndexPairs,
): Spread {
  return spreadOf(gatherRows(queries, Uint32Array.from(new Set(query))));
}

/** {@link corpusPriorMetric} from its parts, which the weights of the prior share. */
export function priorMetric(
  differences: PairDifferences,
  corpus: Spread,
  questions: Spread,
  nu: number,
): CenteredBasis {
  const spreads = [corpus, questions];
  const { rows, scatter } = differences;
  return {
    basis: rowsBasis(rows, spreads, nu) ?? priorBasis(scatter(), rows.rows, spreads, nu),
    queryCenter: Float32Array.from(questions.mean),
    passageCenter: Float32Array.from(corpus.mean),
  };
}

/** The eigenbasis of S, given n·C. */
export function priorBasis(
  scatter: Matrix,
  n: number,
  spreads: readonly Spread[],
  nu: number,
): SpectralBasis {
  const spread = meanOfSpreads(spreads);
  const weight = (nu * trace(scatter)) / n;
  const moment = createMatrix(scatter.rows, scatter.cols);
  for (let i = 0; i < moment.data.length; i++) {
    moment.data[i] = (scatter.data[i] + weight * spread.data[i]) / (n + nu);
  }
  return basisOfMoment(moment);
}

/**
 * The same from rows: differences and texts, weighed so that their second moment is S. Where there are fewer of them than
 * dimensions, their inner products are the smaller matrix to decompose; `null` where there are not.
 */
function rowsBasis(
  differences: Matrix,
  spreads: readonly Spread[],
  nu: number,
): SpectralBasis | null {
  const { rows: n, cols: d } = differences;
  let texts = n;
  for (const { rows } of spreads) texts += rows === null ? d : rows.rows;
  if (texts >= d) return null;
  const parts: Matrix[] = [differences];
  for (const { rows, mean } of spreads) {
    const centered = subtractFromRows(rows!, mean);
    if (squareSum(centered) > 0) parts.push(centered);
  }
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const perSpread = (nu * squareSum(differences)) / n / (parts.length - 1);
  const stacked = createMatrix(total, d);
  let at = 0;
  for (const [k, part] of parts.entries()) {
    // basisOfRows divides by the number of rows.
    const share = k === 0 ? 1 : perSpread / squareSum(part);
    const factor = Math.sqrt((total * share) / (n + nu));
    for (let i = 0; i < part.data.length; i++) stacked.data[at++] = factor * part.data[i];
  }
  return basisOfRows(stacked);
}

function squareSum({ data }: Matrix): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  return sum;
}

/**
 * The prior's metric at one point, as a family whose `passages` are the corpus.
 *
 * @param log The spread of unlabelled questions; `null` to take the questions of the pairs.
 */
export function corpusPriorFamily(
  point: { readonly nu: number; readonly lambda: number; readonly power: number },
  side: MetricPoint["side"],
  log: Spread | null,
): Family {
  return {
    name: "corpus-prior",
    points: [point],
    fit(data, positives): FittedFamily {
      const metric = corpusPriorMetric(data, positives, point.nu, spreadOf(data.passages), log);
      return { sides: ({ lambda, power }) => metricSides(metric, { lambda, power, side }) };
    },
  };
}
