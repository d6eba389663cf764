import type { Adapter } from "../adapter/adapter.js";
import { checkAdapter } from "../adapter/check.js";
import { isIdentitySide } from "../adapter/identity-side.js";
import { checkNumber, refuse } from "../base/checks.js";
import type { LongJobOptions } from "../base/progress.js";
import { recordEngine } from "../math/engines/engine-scope.js";
import { onEngine, type EngineOptions } from "../math/engines/on-engine.js";
import { intern } from "../base/intern.js";
import { untouchedSides } from "./candidates/closed-forms.js";
import type { CosineFigures, Decision, Gain, GainOf, Verdict } from "./verdict/decision.js";
import { figuresOf } from "./verdict/figures.js";
import { questionOutcomes } from "./verdict/question-outcomes.js";
import { permutationOf, verdictOf } from "./verdict/evidence.js";
import { changeOf } from "./verdict/gain.js";
import { checkMetric } from "./ranking/check-metric.js";
import { judgedQuestions } from "./claims/judged-questions.js";
import { prepareLabelledCorpus, type LabelledVectors } from "./claims/labelled-corpus.js";
import { emptyOutcomes, valuesOf, type Outcomes, type RankMetric } from "./ranking/outcomes.js";
import { cosineFigures } from "./verdict/pair-figures.js";
import { ranksLookRandom } from "./verdict/unrelated.js";
import { rankInWholeCorpus } from "./ranking/whole-corpus.js";
import type { Sides } from "./candidates/candidate.js";
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
  /** The id of what multiplied, where it was not the built-in kernel. */
  readonly engine?: string;
}

/**
 * Judges a finished adapter, in the words of {@link fitAdapter}: each labelled question against the whole corpus, under
 * the untouched and under the adapted vectors.
 *
 * @param data Pairs that the adapter was not fitted on: on those it was fitted on, any adapter looks good. `groups` are
 *   resampled whole; by default each question stands for itself.
 * @throws RangeError on vectors and pairs that cannot be judged by, and vectors of other dimensions than the adapter's.
 */
export async function judgeAdapter(
  adapter: Adapter,
  data: LabelledVectors,
  options: JudgeAdapterOptions = {},
): Promise<Judgement> {
  return onEngine(options, "judgeAdapter", () => judgeOnEngine(adapter, data, options));
}

async function judgeOnEngine(
  adapter: Adapter,
  data: LabelledVectors,
  { metric = "mrr", leastGain = 0.005, seed = 1, signal, onProgress }: JudgeAdapterOptions,
): Promise<Judgement> {
  checkMetric(metric, "judgeAdapter");
  checkNumber(leastGain, "judgeAdapter: leastGain", { least: 0 });
  checkAdapter(adapter, "judgeAdapter");
  const corpus = prepareLabelledCorpus(data, "judgeAdapter");
  if (corpus.queries.cols !== adapter.inputDimensions) {
    refuse(
      "judgeAdapter: queries",
      `of the adapter's ${adapter.inputDimensions} dimensions`,
      corpus.queries.cols,
    );
  }
  const rows = corpus.labelledQueries;
  if (rows.length === 0) {
    throw new RangeError("judgeAdapter: pairs must hold at least one with label 1, received none");
  }
  const questions = judgedQuestions(corpus, rows, null, seed);
  const places = Uint32Array.from(rows.keys());
  const rank = async (sides: Sides, done: number): Promise<Outcomes> => {
    const outcomes = emptyOutcomes(rows.length);
    await rankInWholeCorpus(corpus, sides, rows, questions, outcomes, places, null, { signal });
    onProgress?.({ stage: "judge", done, total: 2 });
    return outcomes;
  };
  const untouched = await rank(untouchedSides, 1);
  const ranked = await rank(adapter, 2);
  const unchanged = isIdentitySide(adapter.query) && isIdentitySide(adapter.passage);
  // That of no change is certain.
  const adapted = unchanged ? untouched : ranked;
  const { givenGroups, queryTwin } = corpus;
  const units = intern(rows.map((row) => (givenGroups ? givenGroups.of : queryTwin)[row]));
  const own = { units: units.indices, seed };
  const change = changeOf(untouched, adapted, { ...own, metric });
  const { before, after, ...gain } = change;
  const [from, to] = [untouched, adapted].map((outcomes) => valuesOf(outcomes, metric));
  const p = permutationOf(from, to, units.indices, seed);
  const unrelated = [untouched, adapted].every((outcomes) =>
    ranksLookRandom(outcomes.rank, questions, corpus.passages.rows),
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
    ...{ questions: rows.length, passages: corpus.passages.rows, labelsLookUnrelated: unrelated },
  });
  return {
    ...{ verdict, sentence, metric, gain, labelsLookUnrelated: unrelated },
    figures: {
      ...figuresOf(untouched, adapted, own),
      [metric]: change,
    },
    cosines: cosineFigures(untouched, adapted),
    questions: questionOutcomes(rows, untouched, adapted, [untouched, adapted]),
    ...recordEngine(),
  };
}
