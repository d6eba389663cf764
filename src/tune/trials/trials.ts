import { yieldToEventLoop } from "../../base/event-loop.js";
import type { LongJobOptions } from "../../base/progress.js";
import { gatherRows, type Matrix } from "../../math/matrix.js";
import type { CandidateFamily, Sides } from "../candidates/candidate.js";
import { rivalsOf, type Claim } from "../claims/claims.js";
import type { Clock } from "./clock.js";
import { judgedQuestions, learntColumns } from "../claims/judged-questions.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
import { emptyOutcomes, readOutcomes, type RankMetric } from "../ranking/outcomes.js";
import { fitFold } from "./fit-fold.js";
import { trailing } from "./trailing.js";
import type { Trial } from "./trial.js";

export interface TrialOptions extends LongJobOptions {
  readonly metric: RankMetric;
  readonly seed: string | number;
  /** Rows of the corpus that count; `null` for all. */
  readonly columns: Uint32Array | null;
  /** Measure how like the untouched cosines those of each candidate are. */
  readonly likeness: boolean;
  readonly clock: Clock;
  /** Trials that are measured to the end even when they trail. */
  readonly keep?: ((trial: Trial) => boolean) | undefined;
  /**
   * Is shown each candidate on a fold, with the cosines of the fold's questions, while they are there. Its map is made
   * when it is asked for: scoring often needs none.
   */
  readonly onScores?:
    ((fold: number, trial: Trial, sides: () => Sides, scores: Matrix) => void) | undefined;
}

type OpenTrial = { -readonly [K in keyof Trial]: Trial[K] };

/**
 * Measures every candidate out of fold. The first family must be the untouched embedding. After the first fold,
 * candidates that trail clearly are dropped; a family that would not end in time is dropped whole before it begins.
 */
export async function runTrials(
  data: LabelledCorpus,
  claim: Claim,
  families: readonly CandidateFamily[],
  {
    metric,
    seed,
    columns,
    likeness,
    clock,
    keep = () => false,
    onScores,
    signal,
    onProgress,
  }: TrialOptions,
): Promise<Trial[]> {
  const questions = judgedQuestions(data, claim.questions, columns, seed);
  const passages = columns === null ? data.passages : gatherRows(data.passages, columns);
  const trials = families.flatMap((family) =>
    family.candidates.map((candidate, position): OpenTrial => {
      const outcomes = emptyOutcomes(claim.questions.length);
      const unknown = new Float64Array(claim.folds.length).fill(NaN);
      return {
        family,
        position,
        candidate,
        outcomes,
        likeness: unknown,
        seconds: 0,
        dropped: null,
      };
    }),
  );
  const total = claim.folds.length * families.length;
  for (const [f, fold] of claim.folds.entries()) {
    const queries = gatherRows(
      data.queries,
      fold.judged.map((at) => claim.questions[at]),
    );
    const asked = Array.from(fold.judged, (at) => questions[at]);
    const learnt = learntColumns(data, fold, columns);
    let untouched: Matrix | null = null;
    for (const [done, family] of families.entries()) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      const alive = trials.filter((trial) => trial.family === family && trial.dropped === null);
      const wanted = alive.map(({ position }) => position);
      const cost = family.cost(fold.train.query.length, wanted);
      if (f === 0 && done > 0 && !clock.allows(cost * claim.folds.length, family.kind)) {
        for (const trial of alive) trial.dropped = "time";
      } else if (alive.length > 0) {
        const began = performance.now();
        const fitted = await fitFold(family, fold, wanted, { signal });
        const score = fitted.scorer(queries, passages);
        for (const trial of alive) {
          const scores = score(trial.position);
          readOutcomes(scores, asked, trial.outcomes, fold.judged, learnt);
          onScores?.(f, trial, () => fitted.sides(trial.position), scores);
          if (likeness) trial.likeness[f] = correlation((untouched ??= scores).data, scores.data);
        }
        const seconds = (performance.now() - began) / 1000;
        clock.spent(cost, family.kind, seconds);
        for (const trial of alive) trial.seconds += seconds / alive.length;
      }
      const share = (f * families.length + done + 1) / total;
      onProgress?.({
        ...{ stage: family.name, done: f * families.length + done + 1, total },
        secondsLeft: clock.secondsLeft(share),
      });
    }
    if (f === 0) {
      for (const trial of trailing(trials, fold.judged, claim.units, metric, rivalsOf(claim))) {
        if (!keep(trial)) (trial as OpenTrial).dropped = "trailing";
      }
    }
  }
  return trials;
}

/** Pearson's; 0 where either side does not vary. */
function correlation(a: Float32Array, b: Float32Array): number {
  const n = a.length;
  let sumA = 0;
  let sumB = 0;
  for (let i = 0; i < n; i++) {
    sumA += a[i];
    sumB += b[i];
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  let cross = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    cross += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA * squareB > 0 ? cross / Math.sqrt(squareA * squareB) : 0;
}
