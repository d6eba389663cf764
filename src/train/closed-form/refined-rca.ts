import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import {
  createMatrix,
  fromRows,
  gatherRows,
  identityMatrix,
  rowOf,
  type Matrix,
} from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { add, centerPairs, subtract, type CenteredPairs } from "./centered-pairs.js";
import type { Family, FittedFamily, Parameters } from "./family.js";
import { makeFolds, type RankingTask } from "./folds.js";
import {
  noRefinement,
  refinedCosines,
  refinementLoss,
  type FeatureSide,
  type Refinement,
  type RefinementPart,
  type SideRefinement,
} from "./refinement.js";
import {
  basisOfRows,
  firstColumns,
  shrinkingScales,
  type SpectralBasis,
} from "./spectral-basis.js";
import { spectralMap } from "./spectral-map.js";
import type { IndexPairs, PreparedPairs } from "./training-pairs.js";

export interface RefinedRcaOptions {
  /** The RCAs to start from; each is descended from on its own. λ in units of the mean eigenvalue of C. */
  readonly starts: readonly { readonly lambda: number; readonly power: number }[];
  /** Numbers of gradient steps; every one is a point. */
  readonly steps: readonly number[];
  /** Parts of the inner cross-fitting. @default 4 */
  readonly folds?: number;
  /** Most dimensions of the subspace that is refined. @default 256 */
  readonly rank?: number;
  /** Length of a step. @default 0.8 */
  readonly rate?: number;
  /** Length of a step of the shifts, relative to that of the maps. @default 0.1 */
  readonly shiftRate?: number;
}

/**
 * RCA, then a few gradient steps on features of pairs that the RCA did not see. On the pairs it was fitted on, RCA has
 * brought matches together already, and a gradient taken there learns nothing but that; so each part of the pairs is
 * mapped by an RCA of the other parts (cross-fitting, as in stacking), and one small map and one shift per side are
 * learnt from all of these at once: by ranking the match among the part's passages, and by telling it from hard
 * negatives. They then follow the RCA of all pairs.
 *
 * Source of the cross-fitting: Wolpert, "Stacked generalization", 1992; Chernozhukov et al., "Double/debiased machine
 * learning", 2018.
 *
 * Cost: `folds` + 1 decompositions, and steps of about 12·n·k² + 12·n·m·k operations for n queries, m passages a part and
 * k ≤ `rank`.
 */
export function refinedRcaFamily({
  steps,
  folds = 4,
  rank = 256,
  rate = 0.8,
  shiftRate = 0.1,
  starts: points,
}: RefinedRcaOptions): Family {
  return {
    name: "refined-rca",
    points: points.flatMap((start) => steps.map((count) => ({ ...start, steps: count }))),
    fit(data, positives, negatives): FittedFamily {
      const inner = makeFolds({ ...data, positives, negatives }, { folds });
      const fits = inner.map(({ train }) => fitSpectrum(data, train));
      const whole = fitSpectrum(data, positives);
      const starts = new Map<string, RefinedStart>();
      const startAt = ({ lambda, power }: Parameters): RefinedStart => {
        const key = `${lambda}:${power}`;
        let start = starts.get(key);
        if (start === undefined) {
          const features = fits.map((fit, i) =>
            rowsOf(featuresOf(fit, lambda, power), data, inner[i].task),
          );
          const space = subspaceOf(features, data.queries.cols, rank);
          const parts = features.map((rows, i) => partOf(rows, space, inner[i].task));
          const refinements = descend(parts, space.vectors.cols, { steps, rate, shiftRate });
          start = { map: featuresOf(whole, lambda, power), space, refinements };
          starts.set(key, start);
        }
        return start;
      };
      return {
        sides(point) {
          const { map, space, refinements } = startAt(point);
          const { query, passage } = refinements.get(point.steps)!;
          const { queryCenter, passageCenter } = whole.pairs;
          return {
            query: refineSide(map, queryCenter, space.vectors, query, space.queryUnit),
            passage: refineSide(map, passageCenter, space.vectors, passage, space.passageUnit),
            outputDimensions: data.queries.cols,
          };
        },
        scorer(table, task) {
          const parts = new Map<RefinedStart, RefinementPart>();
          return (point) => {
            const start = startAt(point);
            let part = parts.get(start);
            if (part === undefined) {
              part = partOf(rowsOf(start.map, table, task), start.space, task);
              parts.set(start, part);
            }
            return refinedCosines(part, start.refinements.get(point.steps)!);
          };
        },
      };
    },
  };
}

/** One RCA with what its refinement reached after each number of steps. */
interface RefinedStart {
  readonly map: SpectralFeatures;
  readonly space: Subspace;
  readonly refinements: ReadonlyMap<number, Refinement>;
}

interface SpectrumFit {
  readonly pairs: CenteredPairs;
  readonly basis: SpectralBasis;
}

/** An RCA at one point. */
interface SpectralFeatures extends SpectrumFit {
  readonly scales: Float64Array;
  readonly map: SpectralSide;
}

type SpectralSide = ReturnType<typeof spectralMap>;

/** Mapped rows of a task. */
interface FeatureRows {
  readonly query: Matrix;
  readonly passage: Matrix;
}

/** What is refined: an orthonormal basis of it, and the root mean square length of features per side. */
interface Subspace {
  /** d × k. */
  readonly vectors: Matrix;
  readonly queryUnit: number;
  readonly passageUnit: number;
}

function fitSpectrum(data: PreparedPairs, positives: IndexPairs): SpectrumFit {
  const pairs = centerPairs(data, positives);
  return { pairs, basis: basisOfRows(subtract(pairs.queries, pairs.passages)) };
}

function featuresOf(fit: SpectrumFit, lambda: number, power: number): SpectralFeatures {
  const scales = shrinkingScales(fit.basis, lambda, power);
  return { ...fit, scales, map: spectralMap(fit.basis.vectors, scales) };
}

function rowsOf(
  { pairs, map }: SpectralFeatures,
  { queries, passages }: Pick<PreparedPairs, "queries" | "passages">,
  task: Pick<RankingTask, "queries" | "passages">,
): FeatureRows {
  const { queryCenter, passageCenter } = pairs;
  return {
    query: applySide({ center: queryCenter, ...map }, gatherRows(queries, task.queries)),
    passage: applySide({ center: passageCenter, ...map }, gatherRows(passages, task.passages)),
  };
}

/**
 * The `rank` directions in which features are longest, as a sample of 2·rank rows shows them; every direction where there
 * are no more than `rank`.
 */
function subspaceOf(features: readonly FeatureRows[], d: number, rank: number): Subspace {
  const units = {
    queryUnit: meanLength(features.map(({ query }) => query)),
    passageUnit: meanLength(features.map(({ passage }) => passage)),
  };
  if (features.length === 0) return { vectors: createMatrix(d, 0), ...units };
  if (d <= rank) return { vectors: identityMatrix(d), ...units };
  const rows = features
    .flatMap(({ query, passage }) => [query, passage])
    .flatMap((matrix) => Array.from({ length: matrix.rows }, (_, i) => rowOf(matrix, i)));
  const stride = Math.ceil(rows.length / (2 * rank));
  const { vectors } = basisOfRows(fromRows(rows.filter((_, i) => i % stride === 0)));
  return { vectors: firstColumns(vectors, Math.min(rank, vectors.cols)), ...units };
}

/** Root mean square length of all rows; 1 where there is none that is not zero. */
function meanLength(matrices: readonly Matrix[]): number {
  let square = 0;
  let count = 0;
  for (const { rows, data } of matrices) {
    count += rows;
    for (const value of data) square += value * value;
  }
  return square > 0 ? Math.sqrt(square / count) : 1;
}

function partOf(
  { query, passage }: FeatureRows,
  { vectors, queryUnit, passageUnit }: Subspace,
  { matches, negatives }: Pick<RankingTask, "matches" | "negatives">,
): RefinementPart {
  const q = featureSide(query, vectors, queryUnit);
  const p = featureSide(passage, vectors, passageUnit);
  const outside = multiply(query, passage, { transposeB: true });
  const inside = multiply(q.inside, p.inside, { transposeB: true });
  const complete = vectors.cols === vectors.rows;
  for (let i = 0; i < outside.data.length; i++) {
    outside.data[i] = complete ? 0 : outside.data[i] / queryUnit / passageUnit - inside.data[i];
  }
  return { query: q, passage: p, outside, matches, negatives };
}

function featureSide(rows: Matrix, vectors: Matrix, unit: number): FeatureSide {
  const inside = multiply(rows, vectors);
  for (let i = 0; i < inside.data.length; i++) inside.data[i] /= unit;
  const complete = vectors.cols === vectors.rows;
  const outsideSquares = Float64Array.from({ length: rows.rows }, (_, i) => {
    if (complete) return 0;
    let square = 0;
    for (let j = i * rows.cols; j < (i + 1) * rows.cols; j++) square += (rows.data[j] / unit) ** 2;
    for (let j = i * inside.cols; j < (i + 1) * inside.cols; j++) square -= inside.data[j] ** 2;
    return Math.max(0, square);
  });
  return { inside, outsideSquares };
}

/** Plain gradient descent from no refinement; what it has reached after each number of steps. */
function descend(
  parts: readonly RefinementPart[],
  k: number,
  { steps, rate, shiftRate }: Required<Pick<RefinedRcaOptions, "steps" | "rate" | "shiftRate">>,
): Map<number, Refinement> {
  const reached = new Map<number, Refinement>();
  const current = noRefinement(k);
  const most = Math.max(...steps);
  for (let step = 0; step <= most; step++) {
    if (steps.includes(step)) reached.set(step, structuredClone(current));
    if (step === most) break;
    if (parts.length === 0) continue;
    const { gradient } = refinementLoss(parts, current);
    for (const side of ["query", "passage"] as const) {
      const { map, shift } = gradient[side];
      for (let i = 0; i < map.data.length; i++) current[side].map.data[i] -= rate * map.data[i];
      for (let j = 0; j < k; j++) current[side].shift[j] -= shiftRate * rate * shift[j];
    }
  }
  return reached;
}

/**
 * RCA and refinement as one affine map: with W the RCA and V the subspace, ((x - c)·W + u·b·Vᵀ)·(I + V·D·Vᵀ), the shift
 * being taken to the other side of W: c - u·b·Vᵀ·W⁻¹ is the new centre.
 */
function refineSide(
  { basis, scales, map }: SpectralFeatures,
  center: Float32Array,
  vectors: Matrix,
  { map: refinement, shift }: SideRefinement,
  unit: number,
): AdapterSide {
  const rca = map.weights ?? applySide({ center: null, ...map }, identityMatrix(center.length));
  const change = multiply(multiply(multiply(rca, vectors), refinement), vectors, {
    transposeB: true,
  });
  const moved = multiply(createMatrix(1, shift.length, Float32Array.from(shift)), vectors, {
    transposeB: true,
  });
  const inverse = spectralMap(
    basis.vectors,
    scales.map((s) => 1 / s),
  );
  const back = applySide({ center: null, ...inverse }, moved);
  return {
    center: center.map((value, j) => value - unit * back.data[j]),
    weights: add(rca, change),
  };
}
