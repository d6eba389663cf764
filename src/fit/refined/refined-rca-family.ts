import { pairFolds } from "../../data/split/pair-folds.js";
import { rankingTask } from "../../evaluate/retrieval/ranking-task.js";
import { gatherRows, type Matrix } from "../../math/matrix.js";
import type { Family, FittedFamily, Parameters } from "../families/family.js";
import { remember } from "../families/remember.js";
import { rcaSpectrum } from "../families/rca-spectrum.js";
import { descend } from "./descend.js";
import { featuresOf, rowsOf, type RcaFeatures } from "./rca-features.js";
import { refineSide } from "./refine-side.js";
import { featureSpace, splitFeatures, type FeatureSpace } from "./refined-space.js";
import { refinedCosines } from "./refinement-pass.js";
import { noRefinement, type Refinement, type RefinementPart } from "./refinement.js";
import { scoreSpread } from "./score-spread.js";

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
        ({ train, test, testNegatives }) => {
          const task = rankingTask(data, test, testNegatives);
          const queries = gatherRows(data.queries, task.queries);
          return { train, task, queries, passages: gatherRows(data.passages, task.passages) };
        },
      );
      const fits = inner.map(({ train }) => rcaSpectrum(data, train));
      const whole = rcaSpectrum(data, positives);
      const startAt = remember((point: Parameters): RefinedStart => {
        const features = fits.map((fit, i) => rowsOf(featuresOf(fit, point), inner[i]));
        const { cols: d } = data.queries;
        const count = point.spread > 0 ? Math.min(spreadRank, Math.floor(d / 16)) : 0;
        const space = featureSpace(features, d, { rank, spareRank: 2 * count });
        const parts = features.map((rows, i) => ({
          ...splitFeatures(rows, space),
          matches: inner[i].task.matches,
          negatives: inner[i].task.negatives,
        }));
        const still = noRefinement(space.vectors.cols, spreadsOf(parts, space, point.spread));
        const refinements = descend(parts, still, { steps, rate, shiftRate });
        return { map: featuresOf(whole, point), space, refinements };
      }, startOf);
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
          const splitAt = remember((point: Parameters) => {
            const { map, space } = startAt(point);
            return splitFeatures(rowsOf(map, { queries, passages }), space);
          }, startOf);
          return (point) =>
            refinedCosines(splitAt(point), startAt(point).refinements.get(point.steps)!);
        },
      };
    },
  };
}

/** What names a start: all of a point but its number of steps. */
const startOf = ({ lambda, power, blend, spread }: Parameters): string =>
  [lambda, power, blend, spread].join(":");

/** One RCA with what its refinement reached after each number of steps. */
interface RefinedStart {
  readonly map: RcaFeatures;
  readonly space: FeatureSpace;
  readonly refinements: ReadonlyMap<number, Refinement>;
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
