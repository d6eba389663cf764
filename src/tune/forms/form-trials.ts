import { applySide } from "../../adapter/apply.js";
import { gatherRows, type Matrix } from "../../math/matrix.js";
import { normalizeInPlace } from "../../math/vectors.js";
import type { Sides } from "../candidates/candidate.js";
import { rivalsOf, type Claim } from "../claims/claims.js";
import { judgedQuestions, learntColumns } from "../claims/judged-questions.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
import { emptyOutcomes, readOutcomes, type RankMetric } from "../ranking/outcomes.js";
import { trailing } from "../trials/trailing.js";
import type { Trial } from "../trials/trial.js";
import { changedScores, createFormMaker } from "./form-scores.js";
import { formNames, type Form } from "./form.js";

/** A form on top of a candidate, and what became of every judged question under fits that had not seen it. */
export interface FormTrial extends Trial {
  readonly form: Form;
}

/** Tries forms while the maps they stand on are there. */
export interface FormTrials {
  /** Takes the map of a candidate on a fold and the cosines of the fold's questions with the (sampled) corpus. */
  observe(fold: number, host: Trial, sides: () => Sides, scores: Matrix): void;
  /** When all folds have been. */
  finish(): FormTrial[];
}

export interface FormTrialOptions {
  readonly metric: RankMetric;
  readonly seed: string | number;
  /** Rows of the corpus that count; `null` for all. */
  readonly columns: Uint32Array | null;
  /** The forms to try on top of a candidate; none where there are none to try. */
  readonly formsOf: (host: Trial) => readonly Form[];
}

export function createFormTrials(
  data: LabelledCorpus,
  claim: Claim,
  { metric, seed, columns, formsOf }: FormTrialOptions,
): FormTrials {
  const asked = judgedQuestions(data, claim.questions, columns, seed);
  const columnOfRow =
    columns === null ? null : new Map(Array.from(columns, (row, column) => [row, column]));
  const columnOf = (row: number): number =>
    columnOfRow === null ? row : (columnOfRow.get(row) ?? -1);
  const byHost = new Map<Trial, FormTrial[]>();
  const formTrialsOf = (host: Trial): FormTrial[] => {
    const known = byHost.get(host);
    if (known !== undefined) return known;
    const own = formsOf(host).map((form): FormTrial => {
      return { ...host, outcomes: emptyOutcomes(claim.questions.length), form };
    });
    byHost.set(host, own);
    return own;
  };
  let behind: ReadonlySet<Trial> | undefined;
  return {
    observe(f, host, sidesOf, scores) {
      if (f > 0) behind ??= new Set(lastOfAll([...byHost.values()].flat(), claim, metric));
      const own = formTrialsOf(host).filter((trial) => behind?.has(trial) !== true);
      if (own.length === 0) return;
      const fold = claim.folds[f];
      const rows = fold.judged.map((at) => claim.questions[at]);
      const sides = sidesOf();
      const mapped = normalizeInPlace(applySide(sides.query, gatherRows(data.queries, rows)));
      const nothing = fold.train.query.length === 0;
      const formScores = nothing ? null : createFormMaker(data, sides, mapped, fold.train);
      const questions = Array.from(fold.judged, (at) => asked[at]);
      const learnt = learntColumns(data, fold, columns);
      for (const { form, outcomes } of own) {
        const changed =
          formScores === null ? scores : changedScores(scores, mapped, formScores(form), columnOf);
        readOutcomes(changed, questions, outcomes, fold.judged, learnt);
      }
    },
    finish: () =>
      [...byHost].flatMap(([{ dropped }, own]) =>
        own.map((trial) => ({
          ...trial,
          dropped: behind?.has(trial) === true ? ("trailing" as const) : dropped,
        })),
      ),
  };
}

/** What trails clearly on the first fold's questions, as maps do; a form competes with its like. */
function lastOfAll(trials: readonly FormTrial[], claim: Claim, metric: RankMetric): Trial[] {
  const [{ judged }] = claim.folds;
  return formNames.flatMap((name) => {
    const own = trials.filter(({ form }) => form.name === name);
    return own.length === 0 ? [] : trailing(own, judged, claim.units, metric, rivalsOf(claim));
  });
}
