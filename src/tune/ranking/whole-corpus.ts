import { applySide } from "../../adapter/apply.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import type { LongJobOptions } from "../../base/progress.js";
import { gatherRows, rowRange, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { normalizeRows } from "../../math/vectors.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import {
  changedRow,
  changedScores,
  createFormMaker,
  type FormScores,
} from "../forms/form-scores.js";
import type { Form } from "../forms/form.js";
import type { Sides } from "../candidates/candidate.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
import { createOutcomeReader, type JudgedQuestion, type Outcomes } from "./outcomes.js";

/** Rows at a time: the mapped block and its cosines stay small beside the corpus. */
export const blockRows = 4096;

/** A form, and the answered questions it is made of. */
export interface ServedForm {
  readonly form: Form;
  readonly pairs: Pick<IndexPairs, "query" | "passage">;
}

/** Ranks questions while the passages of the corpus come by. */
export interface CorpusRanker {
  /** Passages of length 1, from row `start` of the corpus on. */
  add(block: Matrix, start: number): void;
  /** When all have been: writes each question's outcome to its place. */
  finish(outcomes: Outcomes, places: ArrayLike<number>): void;
}

/**
 * @param asked The questions under the map, of length 1.
 * @param questions How to read each, in rows of the corpus.
 * @param relevantOf The passages of the given rows, of length 1: those of `relevant`.
 * @param learnt As in {@link rankInWholeCorpus}.
 * @param change What a form makes of cosines; `null` for none.
 */
export function createCorpusRanker(
  { passage }: Pick<Sides, "passage">,
  asked: Matrix,
  questions: readonly JudgedQuestion[],
  relevantOf: (rows: readonly number[]) => Matrix,
  learnt: Uint8Array | null,
  change: FormScores | null,
): CorpusRanker {
  const matchScores = questions.map(({ relevant }, i) => {
    const matches = normalizeRows(applySide(passage, relevantOf(relevant)));
    // By the same product as the blocks below: equal cosines stay equal to the bit.
    const cosines = multiply(rowRange(asked, i, i + 1), matches, { transposeB: true }).data;
    return change === null ? cosines : changedRow(cosines, i, relevant, asked, change);
  });
  const reader = createOutcomeReader(questions, matchScores, learnt);
  return {
    add(block, start) {
      const mapped = normalizeRows(applySide(passage, block));
      const cosines = multiply(asked, mapped, { transposeB: true });
      const column = (row: number): number =>
        row >= start && row < start + block.rows ? row - start : -1;
      reader.add(change === null ? cosines : changedScores(cosines, asked, change, column), start);
    },
    finish: reader.finish,
  };
}

/**
 * Ranks questions against the whole corpus under one map, a block of passages at a time: memory does not grow with
 * questions × passages.
 *
 * @param rows Rows of the table of queries, one per question.
 * @param questions How to read each, in rows of the corpus.
 * @param places Where each question's outcome goes.
 * @param learnt Per passage, 1 where the map was learnt from a pair that names it; `null` where all are alike.
 * @param options.form What is served beside the map, and the answered questions it is made of.
 */
export async function rankInWholeCorpus(
  data: Pick<LabelledCorpus, "queries" | "passages" | "unitPassages">,
  sides: Sides,
  rows: Uint32Array,
  questions: readonly JudgedQuestion[],
  outcomes: Outcomes,
  places: ArrayLike<number>,
  learnt: Uint8Array | null,
  { signal, form }: LongJobOptions & { readonly form?: ServedForm | undefined },
): Promise<void> {
  const { query } = sides;
  const { queries, passages, unitPassages } = data;
  const unit = (block: Matrix): Matrix => (unitPassages ? block : normalizeRows(block));
  const asked = normalizeRows(applySide(query, gatherRows(queries, rows)));
  const change =
    form === undefined ? null : createFormMaker(data, sides, asked, form.pairs)(form.form);
  const ofRows = (relevant: readonly number[]): Matrix => unit(gatherRows(passages, relevant));
  const ranker = createCorpusRanker(sides, asked, questions, ofRows, learnt, change);
  for (let start = 0; start < passages.rows; start += blockRows) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    ranker.add(unit(rowRange(passages, start, start + blockRows)), start);
  }
  ranker.finish(outcomes, places);
}
