import type { PairColumns } from "../../src/data/types.js";
import type { Matrix } from "../../src/math/matrix.js";
import { untouchedSides } from "../../src/tune/candidates/closed-forms.js";
import type { Sides } from "../../src/tune/candidates/candidate.js";
import { judgedQuestions } from "../../src/tune/claims/judged-questions.js";
import { prepareLabelledCorpus } from "../../src/tune/claims/labelled-corpus.js";
import { emptyOutcomes, valuesOf } from "../../src/tune/ranking/outcomes.js";
import { rankInWholeCorpus, type ServedForm } from "../../src/tune/ranking/whole-corpus.js";
import { meanOf, standardErrorOfMean } from "../../src/tune/verdict/units.js";

/** What a map gives on test pairs, each question against the whole corpus. */
export interface TestFigures {
  readonly recallAt1: number;
  readonly mrr: number;
  /** MRR less that of the untouched embedding, and the standard error of that difference over questions. */
  readonly gain: number;
  readonly standardError: number;
}

/** Measures maps on test pairs, and what is served beside them; `null` stands for the untouched embedding. */
export function testFigures(
  queries: Matrix,
  passages: Matrix,
  pairs: PairColumns,
): (sides: Sides | null, form?: ServedForm) => Promise<TestFigures> {
  const corpus = prepareLabelledCorpus({ queries, passages, pairs }, "testFigures");
  const rows = corpus.labelledQueries;
  const questions = judgedQuestions(corpus, rows, null, 1);
  const rank = async (sides: Sides, form?: ServedForm): Promise<Float64Array> => {
    const outcomes = emptyOutcomes(rows.length);
    const places = Uint32Array.from(rows.keys());
    await rankInWholeCorpus(corpus, sides, rows, questions, outcomes, places, null, { form });
    return valuesOf(outcomes, "mrr");
  };
  const untouched = rank(untouchedSides);
  return async (sides, form) => {
    const before = await untouched;
    const after =
      sides === null && form === undefined ? before : await rank(sides ?? untouchedSides, form);
    const difference = after.map((value, i) => value - before[i]);
    return {
      recallAt1: meanOf(after.map((value) => Number(value === 1))),
      mrr: meanOf(after),
      gain: meanOf(difference),
      standardError: standardErrorOfMean(difference, rows),
    };
  };
}
