import { createMatrix, type Matrix } from "../../math/matrix.js";
import { backward, forward } from "./refinement-pass.js";
import { noRefinement, type Refinement, type RefinementPart } from "./refinement.js";

export interface RefinementLossOptions {
  /** Temperature of the ranking term. @default 0.1 */
  readonly temperature?: number;
  /** Cosine difference over which the pair term turns from one regime to the other, at least 0.01. @default 0.1 */
  readonly margin?: number;
  /** Weight of the pair term against the ranking term. @default 1 */
  readonly pairWeight?: number;
  /** Of more pairs of a match and a negative than this, negatives are thinned out evenly. @default 20_000_000 */
  readonly mostPairs?: number;
}

/**
 * What a refinement is fitted by: the mean over matching pairs of the ranking loss (InfoNCE over the part's passages,
 * other matches left out), plus the mean over all matches and hard negatives, of any query, of softplus((negative -
 * match) / margin), a smooth 1 - ROC AUC.
 *
 * @returns The loss and its gradient by every number of the maps and shifts.
 */
export function refinementLoss(
  parts: readonly RefinementPart[],
  refinement: Refinement,
  {
    temperature = 0.1,
    margin = 0.1,
    pairWeight = 1,
    mostPairs = 20_000_000,
  }: RefinementLossOptions = {},
): { loss: number; gradient: Refinement } {
  const k = refinement.query.shift.length;
  const passes = parts.map((part) => forward(part, refinement));
  const slopes = passes.map(({ cosines }) => createMatrix(cosines.rows, cosines.cols));
  let loss = 0;
  const pairs = parts.reduce((sum, { matches }) => sum + matches.flat().length, 0);
  for (const [at, { matches }] of parts.entries()) {
    loss += rankingTerm(passes[at].cosines, matches, temperature, slopes[at], 1 / pairs);
  }
  const cosines = passes.map((pass) => pass.cosines);
  loss += pairTerm(parts, cosines, slopes, { margin, pairWeight, mostPairs });
  const gradient = noRefinement(k);
  for (const at of parts.keys()) {
    backward(refinement, passes[at], slopes[at], gradient);
  }
  return { loss, gradient };
}

/** Adds the slopes by each cosine of weight · Σ -log softmax(match), over matching pairs, and returns that sum. */
function rankingTerm(
  { cols, data }: Matrix,
  matches: readonly (readonly number[])[],
  temperature: number,
  slopes: Matrix,
  weight: number,
): number {
  let loss = 0;
  const shares = new Float64Array(cols);
  for (const [i, own] of matches.entries()) {
    const row = data.subarray(i * cols, (i + 1) * cols);
    const slope = slopes.data.subarray(i * cols, (i + 1) * cols);
    const isMatch = new Set(own);
    let wrong = 0;
    for (let j = 0; j < cols; j++) {
      // Cosines are at most 1, so nothing overflows when 1 is taken off each.
      shares[j] = isMatch.has(j) ? 0 : Math.exp((row[j] - 1) / temperature);
      wrong += shares[j];
    }
    for (const match of own) {
      const right = Math.exp((row[match] - 1) / temperature);
      const total = wrong + right;
      loss += weight * Math.log(total / right);
      slope[match] += (weight * (right / total - 1)) / temperature;
      const factor = weight / total / temperature;
      for (let j = 0; j < cols; j++) slope[j] += factor * shares[j];
    }
  }
  return loss;
}

function pairTerm(
  parts: readonly RefinementPart[],
  cosines: readonly Matrix[],
  slopes: readonly Matrix[],
  {
    margin,
    pairWeight,
    mostPairs,
  }: Required<Pick<RefinementLossOptions, "margin" | "pairWeight" | "mostPairs">>,
): number {
  const matching = places(parts, cosines, "matches");
  const all = places(parts, cosines, "negatives");
  if (matching.length === 0 || all.length === 0 || pairWeight === 0) return 0;
  // An odd stride: an even one would meet the same of each query's negatives again and again.
  const stride = Math.ceil((matching.length * all.length) / mostPairs) | 1;
  const wrong = all.filter((_, i) => i % stride === 0);
  const weight = pairWeight / matching.length / wrong.length;
  // e^(x - y) = e^x / e^y: one exponential per place in place of one per pair. With cosines of at
  // most 1 and a margin of at least 0.01 none overflows.
  const odds = Float64Array.from(wrong, ({ cosine }) => Math.exp(cosine / margin));
  const pulls = new Float64Array(wrong.length);
  let loss = 0;
  for (const match of matching) {
    const own = Math.exp(match.cosine / margin);
    let pull = 0;
    let product = 1;
    for (let j = 0; j < odds.length; j++) {
      const sum = own + odds[j];
      const share = odds[j] / sum;
      pull += share;
      pulls[j] += share;
      product *= sum / own;
      if (product > 1e100) {
        loss += weight * Math.log(product);
        product = 1;
      }
    }
    loss += weight * Math.log(product);
    slopes[match.part].data[match.at] -= (weight * pull) / margin;
  }
  for (const [j, { part, at }] of wrong.entries()) {
    slopes[part].data[at] += (weight * pulls[j]) / margin;
  }
  return loss;
}

interface Place {
  readonly part: number;
  readonly at: number;
  readonly cosine: number;
}

function places(
  parts: readonly RefinementPart[],
  cosines: readonly Matrix[],
  kind: "matches" | "negatives",
): Place[] {
  return parts.flatMap((source, part) =>
    source[kind].flatMap((own, i) =>
      own.map((j) => {
        const { cols, data } = cosines[part];
        return { part, at: i * cols + j, cosine: data[i * cols + j] };
      }),
    ),
  );
}
