import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { createMatrix, gatherRows, identityMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { addMatrices, subtractMatrices } from "../../math/elementwise.js";
import type { Family, FittedFamily, Parameters } from "../families/family.js";
import { rcaSpectrum, type RcaSpectrum } from "../families/rca-spectrum.js";
import { columnsFrom } from "../matrix-layout.js";
import { pairFolds } from "../../data/split/pair-folds.js";
import { rankingTask } from "../../evaluate/retrieval/ranking-task.js";
import {
  featureSpace,
  splitFeatures,
  type FeatureRows,
  type FeatureSpace,
} from "./refined-space.js";
import {
  noRefinement,
  refinedCosines,
  refinementLoss,
  type Refinement,
  type RefinementPart,
  type SplitFeatures,
} from "./refinement.js";
import { scoreSpread } from "./score-spread.js";
import { blendedScales } from "../spectral/spectral-basis.js";
import { spectralMap } from "../spectral/spectral-map.js";

export interface RefinedRcaStart {
  /** λ of the RCA, in units of the mean eigenvalue of C. */
  readonly lambda: number;
  /** The exponent a of W = (C + λI)^-a. */
  readonly power: number;
  /** Weight of the mild metric beside it ({@link blendedScales}). */
  readonly blend: number;
  /** Weight of the {@link scoreSpread} in the lengths; 0 leaves them as they are. */
  readonly spread: number;
}

export interface RefinedRcaOptions {
  /** Where to start from; each start is descended from on its own. */
  readonly starts: readonly RefinedRcaStart[];
  /** Numbers of gradient steps; every one is a point. */
  readonly steps: readonly number[];
  /** Parts of the inner cross-fitting. @default 4 */
  readonly folds?: number;
  /** Most dimensions of the subspace that is refined. @default 256 */
  readonly rank?: number;
  /** Most dimensions per side that are given to the spread; never more than a 16th of all. @default 16 */
  readonly spreadRank?: number;
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
 * negatives. They then follow the RCA of all pairs. Scores are normalised on the way: lengths count how widely a query's
 * scores, and a passage's, spread ({@link scoreSpread}). The dimensions that takes are those that held least, so that the
 * adapter has as many as the embedding.
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
  spreadRank = 16,
}: RefinedRcaOptions): Family {
  return {
    name: "refined-rca",
    points: points.flatMap((start) => steps.map((count) => ({ ...start, steps: count }))),
    fit(data, positives, negatives): FittedFamily {
      const inner = pairFolds({ ...data, positives, negatives }, { folds }).map(
        ({ train, test, testNegatives }) => ({
          train,
          task: rankingTask(data, test, testNegatives),
        }),
      );
      const fits = inner.map(({ train }) => rcaSpectrum(data, train));
      const whole = rcaSpectrum(data, positives);
      const starts = new Map<string, RefinedStart>();
      const startAt = ({ lambda, power, blend, spread }: Parameters): RefinedStart => {
        const key = `${lambda}:${power}:${blend}:${spread}`;
        let start = starts.get(key);
        if (start === undefined) {
          const features = fits.map((fit, i) =>
            rowsOf(
              featuresOf(fit, { lambda, power, blend }),
              gatherRows(data.queries, inner[i].task.queries),
              gatherRows(data.passages, inner[i].task.passages),
            ),
          );
          const count = spread > 0 ? Math.min(spreadRank, Math.floor(data.queries.cols / 16)) : 0;
          const space = featureSpace(features, data.queries.cols, { rank, spareRank: 2 * count });
          const parts = features.map((rows, i) => ({
            ...splitFeatures(rows, space),
            matches: inner[i].task.matches,
            negatives: inner[i].task.negatives,
          }));
          const still = noRefinement(space.vectors.cols, spreadsOf(parts, space, spread));
          const refinements = descend(parts, still, { steps, rate, shiftRate });
          start = { map: featuresOf(whole, { lambda, power, blend }), space, refinements };
          starts.set(key, start);
        }
        return start;
      };
      return {
        sides(point) {
          const { map, space, refinements } = startAt(point);
          const refinement = refinements.get(point.steps)!;
          return {
            query: refineSide(map, space, refinement, "query"),
            passage: refineSide(map, space, refinement, "passage"),
            outputDimensions: data.queries.cols,
          };
        },
        scorer(queries, passages) {
          const features = new Map<RefinedStart, SplitFeatures>();
          return (point) => {
            const start = startAt(point);
            let split = features.get(start);
            if (split === undefined) {
              split = splitFeatures(rowsOf(start.map, queries, passages), start.space);
              features.set(start, split);
            }
            return refinedCosines(split, start.refinements.get(point.steps)!);
          };
        },
      };
    },
  };
}

/** One RCA with what its refinement reached after each number of steps. */
interface RefinedStart {
  readonly map: SpectralFeatures;
  readonly space: FeatureSpace;
  readonly refinements: ReadonlyMap<number, Refinement>;
}

/** An RCA at one point. */
interface SpectralFeatures extends RcaSpectrum {
  readonly scales: Float64Array;
  readonly map: SpectralSide;
}

type SpectralSide = ReturnType<typeof spectralMap>;

function featuresOf(
  fit: RcaSpectrum,
  { lambda, power, blend }: Omit<RefinedRcaStart, "spread">,
): SpectralFeatures {
  const scales = blendedScales(fit.basis, lambda, power, blend);
  return { ...fit, scales, map: spectralMap(fit.basis.vectors, scales) };
}

function rowsOf({ pairs, map }: SpectralFeatures, queries: Matrix, passages: Matrix): FeatureRows {
  const { queryCenter, passageCenter } = pairs;
  return {
    query: applySide({ center: queryCenter, ...map }, queries),
    passage: applySide({ center: passageCenter, ...map }, passages),
  };
}

/** What each side's lengths count beside, in half of the spare dimensions each. */
function spreadsOf(
  parts: readonly RefinementPart[],
  { spare }: FeatureSpace,
  weight: number,
): { query?: Matrix; passage?: Matrix } {
  if (spare.cols === 0) return {};
  const options = { weight, count: spare.cols / 2 };
  return {
    query: scoreSpread(
      parts.map(({ passage }) => passage),
      options,
    ),
    passage: scoreSpread(
      parts.map(({ query }) => query),
      options,
    ),
  };
}

/** Plain gradient descent from `still`; what it has reached after each number of steps. */
function descend(
  parts: readonly RefinementPart[],
  still: Refinement,
  { steps, rate, shiftRate }: Required<Pick<RefinedRcaOptions, "steps" | "rate" | "shiftRate">>,
): Map<number, Refinement> {
  const reached = new Map<number, Refinement>();
  const current = structuredClone(still);
  const most = Math.max(...steps);
  for (let step = 0; step <= most; step++) {
    if (steps.includes(step)) reached.set(step, structuredClone(current));
    if (step === most) break;
    if (parts.length === 0) continue;
    const { gradient } = refinementLoss(parts, current);
    for (const side of ["query", "passage"] as const) {
      const { map, shift } = gradient[side];
      const at = current[side];
      for (let i = 0; i < map.data.length; i++) at.map.data[i] -= rate * map.data[i];
      for (let j = 0; j < shift.length; j++) at.shift[j] -= shiftRate * rate * shift[j];
    }
  }
  return reached;
}

/**
 * RCA and refinement as one affine map: with W the RCA, V the subspace, S the side's own spare dimensions and R all spare
 * ones, ((x - c)·W + u·b·Vᵀ)·(I + V·D·Vᵀ + V·(I + D)·E·Sᵀ - R·Rᵀ), the shift being taken to the other side of W:
 * c - u·b·Vᵀ·W⁻¹ is the new centre.
 */
function refineSide(
  { pairs, basis, scales, map }: SpectralFeatures,
  space: FeatureSpace,
  refinement: Refinement,
  side: "query" | "passage",
): AdapterSide {
  const center = side === "query" ? pairs.queryCenter : pairs.passageCenter;
  const unit = side === "query" ? space.queryUnit : space.passageUnit;
  const { vectors, spare } = space;
  const { map: moves, shift, spread } = refinement[side];
  const rca = map.weights ?? applySide({ center: null, ...map }, identityMatrix(center.length));
  const inside = multiply(rca, vectors);
  const moved = multiply(inside, moves);
  const own = columnsFrom(spare, side === "query" ? 0 : spare.cols / 2, spread.cols);
  const weights = [
    multiply(moved, vectors, { transposeB: true }),
    multiply(multiply(addMatrices(inside, moved), spread), own, { transposeB: true }),
  ].reduce(
    (total, part) => addMatrices(total, part),
    subtractMatrices(rca, multiply(multiply(rca, spare), spare, { transposeB: true })),
  );
  const shifted = multiply(createMatrix(1, shift.length, Float32Array.from(shift)), vectors, {
    transposeB: true,
  });
  const inverse = spectralMap(
    basis.vectors,
    scales.map((s) => 1 / s),
  );
  const back = applySide({ center: null, ...inverse }, shifted);
  return { center: center.map((value, j) => value - unit * back.data[j]), weights };
}
