import type { Adapter } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { onEngine } from "../../math/engines/on-engine.js";
import { gatherRows } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import type { Sides } from "../candidates/candidate.js";
import { untouchedSides } from "../candidates/closed-forms.js";
import { judgedQuestions } from "../claims/judged-questions.js";
import {
  checkJudged,
  checkJudging,
  judgementOf,
  type JudgeAdapterOptions,
  type Judgement,
} from "../judgement.js";
import { emptyOutcomes } from "../ranking/outcomes.js";
import { createCorpusRanker, type CorpusRanker } from "../ranking/whole-corpus.js";
import {
  checkCandidates,
  createCandidateRanker,
  findCandidates,
  type CandidateSearch,
} from "./candidates.js";
import {
  passageBlocks,
  readStreamedCorpus,
  type StreamedLabelledVectors,
} from "./streamed-corpus.js";

export interface JudgeStreamedOptions extends JudgeAdapterOptions {
  /**
   * Compares each question with these passages alone, where there are too many questions for exact ranks. The sentence then says so.
   * @default every question with every passage
   */
  readonly candidates?: CandidateSearch | undefined;
}

const caller = "judgeStreamed";

/**
 * Judges a finished adapter as {@link judgeAdapter} does, to the same figures, over a corpus that is read in blocks and never kept:
 * memory grows with the questions and the passages that pairs name, and by four bytes a passage, not with the vectors of the corpus.
 * Ranks are exact unless `candidates` are given.
 *
 * Passages that equal a right one count as right, as ever; here they are compared with the one that a pair names.
 *
 * @param data Pairs that the adapter was not fitted on, and the corpus, which is read three times.
 * @param options `onProgress` counts passages that were ranked.
 * @throws RangeError on vectors and pairs that cannot be judged by, a corpus of other dimensions, or one that gives other rows when it
 *   is read again.
 */
export async function judgeStreamed(
  adapter: Adapter,
  data: StreamedLabelledVectors,
  options: JudgeStreamedOptions = {},
): Promise<Judgement> {
  return onEngine(options, caller, () => judgeOnEngine(adapter, data, options));
}

async function judgeOnEngine(
  adapter: Adapter,
  data: StreamedLabelledVectors,
  options: JudgeStreamedOptions,
): Promise<Judgement> {
  const { seed = 1, candidates, signal, onProgress } = options;
  checkJudging(adapter, options, caller);
  if (candidates !== undefined) checkCandidates(candidates, caller);
  const corpus = await readStreamedCorpus(data, caller, signal);
  checkJudged(adapter, corpus, caller);
  const { queries, labelledQueries: rows, relevantOf } = corpus;
  const total = corpus.passages.rows;
  const questions = judgedQuestions(corpus, rows, null, seed);
  const ranker = async (sides: Sides, under: "untouched" | "adapted"): Promise<CorpusRanker> => {
    const asked = normalizeRows(applySide(sides.query, gatherRows(queries, rows)));
    if (candidates === undefined) {
      return createCorpusRanker(sides, asked, questions, relevantOf, null, null);
    }
    const found = await findCandidates(candidates, asked, under, total, caller);
    return createCandidateRanker(sides, asked, questions, relevantOf, found);
  };
  const rankers = [await ranker(untouchedSides, "untouched"), await ranker(adapter, "adapted")];
  const blocks = passageBlocks(data.passages, queries.cols, total, `${caller}: passages`, signal);
  for await (const { block, start } of blocks) {
    for (const ranker of rankers) ranker.add(block, start);
    onProgress?.({ stage: "judge", done: start + block.rows, total });
  }
  const places = Uint32Array.from(rows.keys());
  const [untouched, adapted] = rankers.map((ranker) => {
    const outcomes = emptyOutcomes(rows.length);
    ranker.finish(outcomes, places);
    return outcomes;
  });
  const ranked = { untouched, adapted, questions, passages: total, candidates };
  return judgementOf(adapter, corpus, ranked, options);
}
