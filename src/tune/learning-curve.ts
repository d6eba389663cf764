import { checkChoice, checkInteger, refuse } from "../base/checks.js";
import { yieldToEventLoop } from "../base/event-loop.js";
import type { LongJobOptions } from "../base/progress.js";
import { createRandom } from "../base/random.js";
import type { IndexPairs } from "../data/training-pairs.js";
import { onEngine, type EngineOptions } from "../math/engines/on-engine.js";
import { gatherRows } from "../math/matrix.js";
import { candidateFamilies, methodNames } from "./candidates/default-candidates.js";
import type { Choice, Gain } from "./verdict/decision.js";
import type { CandidateFamily } from "./candidates/candidate.js";
import { likelyClaim, layOutClaim, type ClaimName } from "./claims/claims.js";
import { judgedQuestions } from "./claims/judged-questions.js";
import { prepareLabelledCorpus, type LabelledVectors } from "./claims/labelled-corpus.js";
import { checkMetric } from "./ranking/check-metric.js";
import { emptyOutcomes, readOutcomes, valuesOf, type RankMetric } from "./ranking/outcomes.js";
import { fitFold } from "./trials/fit-fold.js";
import { meanGain, meanOf } from "./verdict/units.js";

export interface AdapterLearningCurveOptions extends LongJobOptions, EngineOptions {
  /** The candidate to follow: `decision.best`, or any method at a point of its grid. @default RCA, λ 1, a 1/4 */
  readonly candidate?: Pick<Choice, "method" | "side" | "parameters"> | undefined;
  /**
   * Numbers of matching pairs to learn from.
   * @default 8 steps, each 1.6 times the one before, up to all that are not held out
   */
  readonly sizes?: readonly number[] | undefined;
  /** As for `fitAdapter`. @default "auto" */
  readonly holdOut?: ClaimName | "auto" | undefined;
  /** As for `fitAdapter`. @default "mrr" */
  readonly metric?: RankMetric | undefined;
  /** Parts the questions are cut into; one is held out in turn. @default 5 */
  readonly folds?: number | undefined;
  /** Seed of the folds and of the subsets. @default 1 */
  readonly seed?: string | number | undefined;
}

export interface AdapterLearningCurvePoint {
  /** Matching pairs learnt from. */
  readonly pairs: number;
  /** The metric on held-out questions. */
  readonly figure: number;
  /** Against the untouched embedding on the same questions, with its 95 % interval over whole groups. */
  readonly gain: Gain;
}

export interface AdapterLearningCurve {
  readonly metric: RankMetric;
  readonly claim: ClaimName;
  /** The metric of the untouched embedding on the same questions. */
  readonly untouched: number;
  /** By growing number of pairs; each subset holds the one before. */
  readonly points: readonly AdapterLearningCurvePoint[];
}

const mostQuestions = 2000;
const mildRca = { method: "rca", side: "both", parameters: { lambda: 1, power: 0.25 } } as const;

/**
 * The metric against the number of pairs that a candidate learns from, so that one knows whether to label more: a curve
 * that still rises at its end says yes.
 *
 * @throws RangeError on pairs that cannot be learnt from, a candidate that is not among those of its method, fewer than
 *   two groups, or sizes outside [2, pairs not held out].
 */
export async function adapterLearningCurve(
  data: LabelledVectors,
  options: AdapterLearningCurveOptions = {},
): Promise<AdapterLearningCurve> {
  return onEngine(options, "adapterLearningCurve", () => curveOnEngine(data, options));
}

async function curveOnEngine(
  data: LabelledVectors,
  {
    candidate = mildRca,
    sizes,
    holdOut = "auto",
    metric = "mrr",
    folds = 5,
    seed = 1,
    signal,
    onProgress,
  }: AdapterLearningCurveOptions,
): Promise<AdapterLearningCurve> {
  checkChoice(holdOut, "adapterLearningCurve: holdOut", ["questions", "passages", "auto"]);
  checkMetric(metric, "adapterLearningCurve");
  checkInteger(folds, "adapterLearningCurve: folds", { least: 2 });
  signal?.throwIfAborted();
  const corpus = prepareLabelledCorpus(data, "adapterLearningCurve");
  const methods = methodNames;
  const name = holdOut === "auto" ? likelyClaim(corpus) : holdOut;
  const families = candidateFamilies(corpus, { methods, side: "both", claim: name, seed });
  const { family, position } = find(families, candidate);
  const claim = layOutClaim(corpus, name, { folds, seed, mostQuestions });
  if (claim.folds.length < 2) {
    throw new RangeError(
      `adapterLearningCurve: pairs must be of at least 2 groups, received ${claim.unitCount}`,
    );
  }
  const most = Math.min(...claim.folds.map(({ train }) => train.query.length));
  const steps = sizes ?? defaultSizes(most);
  for (const [i, size] of steps.entries()) {
    checkInteger(size, `adapterLearningCurve: sizes[${i}]`, { least: 2, most });
  }
  const questions = judgedQuestions(corpus, claim.questions, null, seed);
  const untouched = emptyOutcomes(questions.length);
  const outcomes = steps.map(() => emptyOutcomes(questions.length));
  const identity = families[0];
  let done = 0;
  for (const [f, fold] of claim.folds.entries()) {
    const rows = gatherRows(
      corpus.queries,
      fold.judged.map((at) => claim.questions[at]),
    );
    const asked = Array.from(fold.judged, (at) => questions[at]);
    const measure = async (
      fitted: CandidateFamily,
      at: number,
      positives: IndexPairs,
      into: ReturnType<typeof emptyOutcomes>,
    ): Promise<void> => {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      const pairs = { train: positives, trainNegatives: fold.trainNegatives };
      const fit = await fitFold(fitted, pairs, [at], { signal });
      readOutcomes(fit.scorer(rows, corpus.passages)(at), asked, into, fold.judged);
    };
    await measure(identity, 0, fold.train, untouched);
    const order = inRandomOrder(fold.train, `${seed}/curve/${f}`);
    for (const [i, size] of steps.entries()) {
      await measure(family, position, firstPairs(order, size), outcomes[i]);
      onProgress?.({
        ...{ stage: "learning curve", done: ++done, total: claim.folds.length * steps.length },
      });
    }
  }
  const before = valuesOf(untouched, metric);
  return {
    metric,
    claim: name,
    untouched: meanOf(before),
    points: steps.map((pairs, i) => {
      const after = valuesOf(outcomes[i], metric);
      return { pairs, figure: meanOf(after), gain: meanGain(before, after, claim.units) };
    }),
  };
}

function find(
  families: readonly CandidateFamily[],
  { method, side, parameters }: Pick<Choice, "method" | "side" | "parameters">,
): { family: CandidateFamily; position: number } {
  const wanted = JSON.stringify([method, side, sorted(parameters)]);
  for (const family of families) {
    const position = family.candidates.findIndex(
      (own) => JSON.stringify([own.method, own.side, sorted(own.parameters)]) === wanted,
    );
    if (position >= 0) return { family, position };
  }
  return refuse("adapterLearningCurve: candidate", "a method at a point of its grid", {
    ...{ method, side, parameters },
  });
}

const sorted = (parameters: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));

function defaultSizes(most: number): number[] {
  const sizes = new Set<number>();
  for (let step = 7; step >= 0; step--) {
    const size = Math.round(most / 1.6 ** step);
    if (size >= 2) sizes.add(size);
  }
  return [...sizes];
}

function inRandomOrder({ query, passage }: IndexPairs, seed: string): IndexPairs {
  const order = createRandom(seed).shuffle(Array.from(query.keys()));
  return {
    query: Uint32Array.from(order, (i) => query[i]),
    passage: Uint32Array.from(order, (i) => passage[i]),
  };
}

function firstPairs({ query, passage }: IndexPairs, count: number): IndexPairs {
  return { query: query.subarray(0, count), passage: passage.subarray(0, count) };
}
