import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { RankingTask } from "../../evaluate/retrieval/ranking-task.js";

/**
 * Features of queries and passages, split by a k-dimensional subspace: a refinement moves what lies inside and leaves
 * what lies outside as it is.
 */
export interface SplitFeatures {
  readonly query: FeatureSide;
  readonly passage: FeatureSide;
  /** n × m: inner products of what lies outside the subspace. */
  readonly outside: Matrix;
}

/** Held-out features with what is known about them: what a refinement is fitted by. */
export interface RefinementPart extends SplitFeatures, Pick<RankingTask, "matches" | "negatives"> {}

/** Features of one side. */
export interface FeatureSide {
  /** Rows × k: coordinates inside the subspace. */
  readonly inside: Matrix;
  /** Per row, the squared length of what lies outside. */
  readonly outsideSquares: Float64Array;
}

/** y = (x + shift) · (I + map), inside the subspace. */
export interface SideRefinement {
  /** k × k. */
  readonly map: Matrix;
  /** Length k. */
  readonly shift: Float64Array;
  /** k × m, as it was given: y counts as if it had the coordinates y · spread, too, that the other side lacks. */
  readonly spread: Matrix;
}

export interface Refinement {
  readonly query: SideRefinement;
  readonly passage: SideRefinement;
}

export interface RefinementLossOptions {
  /** Temperature of the ranking term. @default 0.1 */
  readonly temperature?: number;
  /** Cosine difference over which the pair term turns from one regime to the other, at least 0.01. @default 0.1 */
  readonly margin?: number;
  /** Weight of the pair term against the ranking term. @default 1 */
  readonly pairWeight?: number;
}

/** A refinement that moves nothing; without spreads, it changes nothing at all. */
export function noRefinement(
  k: number,
  { query, passage }: { readonly query?: Matrix; readonly passage?: Matrix } = {},
): Refinement {
  const side = (spread = createMatrix(k, 0)): SideRefinement => ({
    map: createMatrix(k, k),
    shift: new Float64Array(k),
    spread,
  });
  return { query: side(query), passage: side(passage) };
}

/** Cosines of queries (rows) and passages (columns) under a refinement; 0 where the map leaves nothing. */
export function refinedCosines(features: SplitFeatures, refinement: Refinement): Matrix {
  return forward(features, refinement).cosines;
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
  { temperature = 0.1, margin = 0.1, pairWeight = 1 }: RefinementLossOptions = {},
): { loss: number; gradient: Refinement } {
  const k = refinement.query.shift.length;
  const passes = parts.map((part) => forward(part, refinement));
  const slopes = passes.map(({ cosines }) => createMatrix(cosines.rows, cosines.cols));
  let loss = 0;
  const pairs = parts.reduce((sum, { matches }) => sum + matches.flat().length, 0);
  for (const [at, { matches }] of parts.entries()) {
    loss += rankingTerm(passes[at].cosines, matches, temperature, slopes[at], 1 / pairs);
  }
  loss += pairTerm(parts, passes, margin, slopes, pairWeight);
  const gradient = noRefinement(k);
  for (const at of parts.keys()) {
    backward(refinement, passes[at], slopes[at], gradient);
  }
  return { loss, gradient };
}

interface Pass {
  readonly cosines: Matrix;
  readonly query: MovedSide;
  readonly passage: MovedSide;
}

interface MovedSide {
  /** Rows × k, after the shift. */
  readonly shifted: Matrix;
  /** Rows × k, after the map too. */
  readonly moved: Matrix;
  /** Rows × m, what counts for the length alone. */
  readonly beside: Matrix;
  /** Whole lengths. */
  readonly lengths: Float64Array;
}

function forward({ query, passage, outside }: SplitFeatures, refinement: Refinement): Pass {
  const q = move(query, refinement.query);
  const p = move(passage, refinement.passage);
  const cosines = multiply(q.moved, p.moved, { transposeB: true });
  for (let i = 0, at = 0; i < cosines.rows; i++) {
    for (let j = 0; j < cosines.cols; j++, at++) {
      const length = q.lengths[i] * p.lengths[j];
      cosines.data[at] = length > 0 ? (cosines.data[at] + outside.data[at]) / length : 0;
    }
  }
  return { cosines, query: q, passage: p };
}

function move(
  { inside, outsideSquares }: FeatureSide,
  { map, shift, spread }: SideRefinement,
): MovedSide {
  const { rows, cols } = inside;
  const shifted = createMatrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) shifted.data[at] = inside.data[at] + shift[j];
  }
  const moved = multiply(shifted, map);
  for (let at = 0; at < moved.data.length; at++) moved.data[at] += shifted.data[at];
  const beside = multiply(moved, spread);
  const lengths = Float64Array.from(outsideSquares, (square, i) => {
    let total = square;
    for (let at = i * cols; at < (i + 1) * cols; at++) total += moved.data[at] ** 2;
    for (let at = i * spread.cols; at < (i + 1) * spread.cols; at++) total += beside.data[at] ** 2;
    return Math.sqrt(total);
  });
  return { shifted, moved, beside, lengths };
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

/** More pairs of a match and a negative than this are thinned out evenly. */
const mostPairs = 20_000_000;

function pairTerm(
  parts: readonly RefinementPart[],
  passes: readonly Pass[],
  margin: number,
  slopes: readonly Matrix[],
  pairWeight: number,
): number {
  const matching = places(parts, passes, "matches");
  const all = places(parts, passes, "negatives");
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
  passes: readonly Pass[],
  kind: "matches" | "negatives",
): Place[] {
  return parts.flatMap((source, part) =>
    source[kind].flatMap((own, i) =>
      own.map((j) => {
        const { cols, data } = passes[part].cosines;
        return { part, at: i * cols + j, cosine: data[i * cols + j] };
      }),
    ),
  );
}

/** Adds a part's share to the gradient, from the slopes by its cosines. */
function backward(
  refinement: Refinement,
  { cosines, query, passage }: Pass,
  slopes: Matrix,
  gradient: Refinement,
): void {
  const { rows, cols } = cosines;
  const scaled = createMatrix(rows, cols);
  const byQuery = new Float64Array(rows);
  const byPassage = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) {
      const length = query.lengths[i] * passage.lengths[j];
      if (length > 0) scaled.data[at] = slopes.data[at] / length;
      const along = slopes.data[at] * cosines.data[at];
      byQuery[i] += along;
      byPassage[j] += along;
    }
  }
  backwardSide(multiply(scaled, passage.moved), query, byQuery, refinement.query, gradient.query);
  backwardSide(
    multiply(scaled, query.moved, { transposeA: true }),
    passage,
    byPassage,
    refinement.passage,
    gradient.passage,
  );
}

/** @param slope Rows × k: by the moved rows, not yet without what only changes their length; overwritten. */
function backwardSide(
  slope: Matrix,
  { shifted, moved, beside, lengths }: MovedSide,
  along: Float64Array,
  { map, spread }: SideRefinement,
  gradient: SideRefinement,
): void {
  const { rows, cols } = slope;
  const besideByMoved = multiply(beside, spread, { transposeB: true });
  for (let i = 0, at = 0; i < rows; i++) {
    const factor = lengths[i] > 0 ? along[i] / lengths[i] ** 2 : 0;
    for (let j = 0; j < cols; j++, at++) {
      slope.data[at] -= factor * (moved.data[at] + besideByMoved.data[at]);
    }
  }
  const byMap = multiply(shifted, slope, { transposeA: true });
  for (let i = 0; i < byMap.data.length; i++) gradient.map.data[i] += byMap.data[i];
  const total = createMatrix(1, cols);
  const sums = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) sums[j] += slope.data[at];
  }
  total.data.set(sums);
  const throughMap = multiply(total, map, { transposeB: true });
  for (let j = 0; j < cols; j++) gradient.shift[j] += sums[j] + throughMap.data[j];
}
