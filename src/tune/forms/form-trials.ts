import { applySide } from "../../adapter/apply.js";
import { gatherRows, type Matrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import type { Sides } from "../candidates/candidate.js";
import type { Claim } from "../claims/claims.js";
import { judgedQuestions, learntColumns } from "../claims/judged-questions.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
import { emptyOutcomes, readOutcomes, type Outcomes } from "../ranking/outcomes.js";
import type { Trial } from "../trials/trial.js";
import { changedScores, createFormMaker } from "./form-scores.js";
import type { Form } from "./form.js";

/** A form on top of a candidate, and what became of every judged question under fits that had not seen it. */
export interface FormTrial extends Trial {
  readonly form: Form;
}

/** Tries forms while the maps they stand on are there. */
export interface FormTrials {
  /** Takes the map of a candidate on a fold and the cosines of the fold's questions with the (sampled) corpus. */
  observe(fold: number, host: Trial, sides: Sides, scores: Matrix): void;
  /** When all folds have been. */
  finish(): FormTrial[];
}

export interface FormTrialOptions {
  readonly seed: string | number;
  /** Rows of the corpus that count; `null` for all. */
  readonly columns: Uint32Array | null;
  /** The forms to try on top of a candidate; none where there are none to try. */
  readonly formsOf: (host: Trial) => readonly Form[];
}

export function createFormTrials(
  data: LabelledCorpus,
  claim: Claim,
  { seed, columns, formsOf }: FormTrialOptions,
): FormTrials {
  const asked = judgedQuestions(data, claim.questions, columns, seed);
  const columnOfRow =
    columns === null ? null : new Map(Array.from(columns, (row, column) => [row, column]));
  const columnOf = (row: number): number =>
    columnOfRow === null ? row : (columnOfRow.get(row) ?? -1);
  const outcomes = new Map<Trial, ReadonlyMap<Form, Outcomes>>();
  const outcomesOf = (host: Trial): ReadonlyMap<Form, Outcomes> => {
    const known = outcomes.get(host);
    if (known !== undefined) return known;
    const own = new Map(formsOf(host).map((f) => [f, emptyOutcomes(claim.questions.length)]));
    outcomes.set(host, own);
    return own;
  };
  return {
    observe(f, host, sides, scores) {
      const own = outcomesOf(host);
      const fold = claim.folds[f];
      if (own.size === 0) return;
      const rows = fold.judged.map((at) => claim.questions[at]);
      const mapped = normalizeRows(applySide(sides.query, gatherRows(data.queries, rows)));
      const nothing = fold.train.query.length === 0;
      const formScores = nothing ? null : createFormMaker(data, sides, mapped, fold.train);
      const questions = Array.from(fold.judged, (at) => asked[at]);
      const learnt = learntColumns(data, fold, columns);
      for (const [form, result] of own) {
        const changed =
          formScores === null ? scores : changedScores(scores, mapped, formScores(form), columnOf);
        readOutcomes(changed, questions, result, fold.judged, learnt);
      }
    },
    finish: () =>
      [...outcomes].flatMap(([host, own]) =>
        [...own].map(([form, result]): FormTrial => ({ ...host, outcomes: result, form })),
      ),
  };
}
