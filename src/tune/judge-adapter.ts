import type { Adapter } from "../adapter/adapter.js";
import { onEngine } from "../math/engines/on-engine.js";
import { untouchedSides } from "./candidates/closed-forms.js";
import { judgedQuestions } from "./claims/judged-questions.js";
import { prepareLabelledCorpus, type LabelledVectors } from "./claims/labelled-corpus.js";
import { emptyOutcomes, type Outcomes } from "./ranking/outcomes.js";
import { rankInWholeCorpus } from "./ranking/whole-corpus.js";
import type { Sides } from "./candidates/candidate.js";
import {
  checkJudged,
  checkJudging,
  judgementOf,
  type JudgeAdapterOptions,
  type Judgement,
} from "./judgement.js";

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
  options: JudgeAdapterOptions,
): Promise<Judgement> {
  const { seed = 1, signal, onProgress } = options;
  checkJudging(adapter, options, "judgeAdapter");
  const corpus = prepareLabelledCorpus(data, "judgeAdapter", { keepPassages: true });
  checkJudged(adapter, corpus, "judgeAdapter");
  const rows = corpus.labelledQueries;
  const questions = judgedQuestions(corpus, rows, null, seed);
  const places = Uint32Array.from(rows.keys());
  const rank = async (sides: Sides, done: number): Promise<Outcomes> => {
    const outcomes = emptyOutcomes(rows.length);
    await rankInWholeCorpus(corpus, sides, rows, questions, outcomes, places, null, { signal });
    onProgress?.({ stage: "judge", done, total: 2 });
    return outcomes;
  };
  const untouched = await rank(untouchedSides, 1);
  const adapted = await rank(adapter, 2);
  const ranked = { untouched, adapted, questions, passages: corpus.passages.rows };
  return judgementOf(adapter, corpus, ranked, options);
}
