import type { Adapter } from "../adapter/adapter.js";
import { checkAdapter } from "../adapter/check.js";
import { isIdentitySide } from "../adapter/identity-side.js";
import { checkNumber, refuse } from "../base/checks.js";
import type { LongJobOptions } from "../base/progress.js";
import { recordEngine } from "../math/engines/engine-scope.js";
import type { EngineOptions } from "../math/engines/on-engine.js";
import { intern } from "../base/intern.js";
import type { CosineFigures, Decision, Gain, GainOf, Verdict } from "./verdict/decision.js";
import { figuresOf } from "./verdict/figures.js";
import { questionOutcomes } from "./verdict/question-outcomes.js";
import { permutationOf, verdictOf } from "./verdict/evidence.js";
import { changeOf } from "./verdict/gain.js";
import { checkMetric } from "./ranking/check-metric.js";
import { ownPassagesAmong } from "./claims/judged-questions.js";
import type { LabelledCorpus } from "./claims/labelled-corpus.js";
import {
  valuesOf,
  type JudgedQuestion,
  type Outcomes,
  type RankMetric,
} from "./ranking/outcomes.js";
import { cosineFigures } from "./verdict/pair-figures.js";
import { ranksLookRandom } from "./verdict/unrelated.js";
import { judgementSentence } from "./verdict/sentence.js";

export interface JudgeAdapterOptions extends LongJobOptions, EngineOptions {
  /** @default "mrr" */
  readonly metric?: RankMetric | undefined;
  /** The least gain in the metric that is worth having. @default 0.005 */
  readonly leastGain?: number | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
}

/** What a finished adapter is worth on pairs that it has not seen. Plain data. */
export interface Judgement {
  readonly verdict: Exclude<Verdict, "untested">;
  /** The verdict in words. */
  readonly sentence: string;
  readonly metric: RankMetric;
  /** The gain in the metric. */
  readonly gain: Gain;
  readonly labelsLookUnrelated: boolean;
  readonly figures: Readonly<Record<string, GainOf>>;
  readonly cosines: CosineFigures;
  readonly questions: Decision["questions"];
  /** Questions that stand in the corpus themselves and took no rank there; left out where there are none. */
  readonly ownPassages?: number;
  /** The id of what multiplied, where it was not the built-in kernel. */
  readonly engine?: string;
}

/** @throws RangeError on options out of range, and an adapter that is none. */
export function checkJudging(
  adapter: Adapter,
  { metric = "mrr", leastGain = 0.005 }: JudgeAdapterOptions,
  caller: string,
): void {
  checkMetric(metric, caller);
  checkNumber(leastGain, `${caller}: leastGain`, { least: 0 });
  checkAdapter(adapter, caller);
}

/** @throws RangeError unless there is a question to judge by, of the adapter's dimensions. */
export function checkJudged(
  adapter: Adapter,
  { queries, labelledQueries }: Pick<LabelledCorpus, "queries" | "labelledQueries">,
  caller: string,
): void {
  if (queries.cols !== adapter.inputDimensions) {
    refuse(
      `${caller}: queries`,
      `of the adapter's ${adapter.inputDimensions} dimensions`,
      queries.cols,
    );
  }
  if (labelledQueries.length === 0) {
    throw new RangeError(`${caller}: pairs must hold at least one with label 1, received none`);
  }
}

/** What was ranked. */
export interface RankedQuestions {
  readonly untouched: Outcomes;
  readonly adapted: Outcomes;
  readonly questions: readonly JudgedQuestion[];
  /** Passages of the corpus. */
  readonly passages: number;
  /** What found the passages that were compared, where those were not all. */
  readonly candidates?: { readonly name: string; readonly count: number } | undefined;
}

/** What the ranks of all labelled questions say. */
export function judgementOf(
  adapter: Adapter,
  {
    labelledQueries: rows,
    givenGroups,
    queryTwin,
  }: Pick<LabelledCorpus, "labelledQueries" | "givenGroups" | "queryTwin">,
  { untouched, adapted: ranked, questions, passages, candidates }: RankedQuestions,
  { metric = "mrr", leastGain = 0.005, seed = 1 }: JudgeAdapterOptions,
): Judgement {
  const unchanged = isIdentitySide(adapter.query) && isIdentitySide(adapter.passage);
  // That of no change is certain.
  const adapted = unchanged ? untouched : ranked;
  const units = intern(rows.map((row) => (givenGroups ? givenGroups.of : queryTwin)[row]));
  const own = { units: units.indices, seed };
  const change = changeOf(untouched, adapted, { ...own, metric });
  const { before, after, ...gain } = change;
  const [from, to] = [untouched, adapted].map((outcomes) => valuesOf(outcomes, metric));
  const p = permutationOf(from, to, units.indices, seed);
  const unrelated = [untouched, adapted].every((outcomes) =>
    ranksLookRandom(outcomes.rank, questions, passages),
  );
  const evidence = {
    gain,
    peerGain: gain,
    p,
    units: units.distinct.length,
    bestChange: gain,
    unrelated,
  };
  const verdict = verdictOf(evidence, leastGain);
  const sentence = judgementSentence({
    ...{ verdict, metric, gain, before, after },
    ...{ questions: rows.length, passages, candidates, labelsLookUnrelated: unrelated },
  });
  return {
    ...{ verdict, sentence, metric, gain, labelsLookUnrelated: unrelated },
    figures: {
      ...figuresOf(untouched, adapted, own),
      [metric]: change,
    },
    cosines: cosineFigures(untouched, adapted),
    questions: questionOutcomes(rows, untouched, adapted, [untouched, adapted]),
    ...ownPassagesAmong(questions),
    ...recordEngine(),
  };
}
