import type { LongJobOptions } from "../../base/progress.js";
import type { CandidateFamily } from "../candidates/candidate.js";
import { untouchedSides } from "../candidates/closed-forms.js";
import { fitFold } from "./fit-fold.js";
import { chooseTrial, crossFittedChoice, type ChoiceData } from "./choose.js";
import { rivalsOf, type Claim } from "../claims/claims.js";
import type { Clock } from "./clock.js";
import { sampleCorpus, judgedQuestions, learntColumns } from "../claims/judged-questions.js";
import { hasFewLabels, type LabelledCorpus } from "../claims/labelled-corpus.js";
import { emptyOutcomes, valuesOf, type Outcomes, type RankMetric } from "../ranking/outcomes.js";
import { createFormTrials, type FormTrial } from "../forms/form-trials.js";
import { formGrid, formNames, type Form } from "../forms/form.js";
import type { Trial } from "./trial.js";
import { runTrials } from "./trials.js";
import { rankInWholeCorpus } from "../ranking/whole-corpus.js";
import type { AllQuestions } from "../verdict/gain.js";

export interface JudgeOptions extends LongJobOptions {
  /** What to try beside the map of a candidate. @default nothing */
  readonly formsOf?: ((host: Trial) => readonly Form[]) | undefined;
  readonly metric: RankMetric;
  readonly seed: string | number;
  readonly clock: Clock;
}

/** A way of choosing, judged: what it chooses on all folds, and the outcomes of what it chose for each fold. */
export interface JudgedChoice {
  readonly trial: Trial;
  /** Of every question under the candidate that the other folds chose. */
  readonly outcomes: Outcomes;
}

/** A form, judged likewise. */
export interface JudgedForm extends JudgedChoice {
  readonly trial: FormTrial;
}

/** All that trying the candidates of a claim gave. */
export interface JudgedClaim {
  readonly claim: Claim;
  readonly trials: readonly Trial[];
  /** Per trial, what candidates are chosen by: the metric of each question against {@link rivalsOf} the claim. */
  readonly values: readonly Float64Array[];
  /** The untouched embedding, against the whole corpus. */
  readonly identity: JudgedChoice;
  /** Where it is the untouched embedding, that one's own outcomes: nothing changes, whatever other folds chose. */
  readonly best: JudgedChoice;
  /** Where it is the best of all, that one's own. */
  readonly bestQueryOnly: JudgedChoice;
  /** The best of each form that can be served beside a map; none where no form was tried. */
  readonly forms: readonly JudgedForm[];
  /** Rows of the corpus that candidates were chosen by. */
  readonly judgedRows: number;
  /** The untouched embedding on all labelled questions; `null` where all were judged, or to rank them takes long. */
  readonly all: AllQuestions | null;
}

/**
 * Tries all candidates out of fold, chooses (over all, and among those that leave passages as they are), and ranks what
 * was chosen for each fold against the whole corpus.
 */
export async function judgeClaim(
  data: LabelledCorpus,
  claim: Claim,
  families: readonly CandidateFamily[],
  { formsOf = () => [], metric, seed, clock, signal, onProgress }: JudgeOptions,
): Promise<JudgedClaim> {
  const columns = sampleCorpus(data, claim.questions, seed);
  const mildest = hasFewLabels(data);
  const formTrials = createFormTrials(data, claim, { metric, seed, columns, formsOf });
  const trials = await runTrials(data, claim, families, {
    ...{ metric, seed, columns, clock, likeness: mildest, signal, onProgress },
    onScores: formTrials.observe,
  });
  const rivals = rivalsOf(claim);
  const valuesIn = ({ outcomes }: Trial): Float64Array => valuesOf(outcomes, metric, rivals);
  const values = trials.map(valuesIn);
  const rule = mildest ? "change" : "best";
  const choice: ChoiceData = { trials, values, fold: claim.foldOf, units: claim.units, rule };
  const job = { signal };
  const whole = columns === null ? null : judgedQuestions(data, claim.questions, null, seed);
  const judge = async <T extends Trial>(
    tried: ChoiceData & { readonly trials: readonly T[] },
    allowed: (trial: Trial) => boolean,
  ): Promise<JudgedChoice & { readonly trial: T }> => {
    const { chosen } = crossFittedChoice(tried, allowed);
    const trial = tried.trials[chooseTrial(tried, -1, allowed)];
    const outcomes = emptyOutcomes(claim.questions.length);
    for (const [f, fold] of claim.folds.entries()) {
      const picked = tried.trials[chosen[f]];
      if (whole === null) copyOutcomes(picked.outcomes, outcomes, fold.judged);
      else await rankFold(data, claim, f, picked, whole, outcomes, job);
    }
    return { trial, outcomes };
  };
  const identity = await judge(choice, ({ candidate }) => candidate.method === "identity");
  // One map has one figure, however it was chosen.
  const judgeMap = async (
    known: readonly JudgedChoice[],
    allowed: (trial: Trial) => boolean,
  ): Promise<JudgedChoice> => {
    const judged = await judge(choice, allowed);
    return known.find(({ trial }) => trial === judged.trial) ?? judged;
  };
  const best = await judgeMap([identity], () => true);
  const bestQueryOnly = await judgeMap(
    [identity, best],
    ({ candidate }) => candidate.side === "query",
  );
  const forms: JudgedForm[] = [];
  const served = formTrials.finish().filter(({ dropped }) => dropped === null);
  for (const name of formNames) {
    // From mild to strong; of the same form first what stands on the untouched embedding, last what on a trained map.
    const own = served
      .filter(({ form }) => form.name === name)
      .sort((a, b) => formGrid.indexOf(a.form) - formGrid.indexOf(b.form));
    if (own.length === 0) continue;
    const ofOwn = { ...choice, trials: own, values: own.map(valuesIn), rule: "first" as const };
    forms.push(await judge(ofOwn, () => true));
  }
  return {
    ...{ claim, trials, values, best, bestQueryOnly, identity, forms },
    judgedRows: columns === null ? data.passages.rows : columns.length,
    all: await rankAll(data, claim, identity.outcomes, seed, job),
  };
}

/** Cosines above which all labelled questions are not ranked beside those that are judged. */
const mostCosines = 1e8;

/** Ranks all labelled questions under the untouched embedding, where only some are judged. */
async function rankAll(
  data: LabelledCorpus,
  { questions, allUnits }: Claim,
  judged: Outcomes,
  seed: string | number,
  job: LongJobOptions,
): Promise<AllQuestions | null> {
  const rows = data.labelledQueries;
  if (rows.length === questions.length || rows.length * data.passages.rows > mostCosines) {
    return null;
  }
  const outcomes = emptyOutcomes(rows.length);
  const asked = judgedQuestions(data, rows, null, seed);
  const places = Uint32Array.from(rows.keys());
  await rankInWholeCorpus(data, untouchedSides, rows, asked, outcomes, places, null, job);
  return { outcomes, units: allUnits, judged };
}

/** Fits a candidate on a fold again and ranks the fold's questions against the whole corpus. */
async function rankFold(
  data: LabelledCorpus,
  { folds, questions }: Claim,
  f: number,
  { family, position, form }: Trial & { readonly form?: Form },
  whole: ReturnType<typeof judgedQuestions>,
  outcomes: Outcomes,
  job: LongJobOptions,
): Promise<void> {
  const { judged, train } = folds[f];
  const served = form !== undefined && train.query.length > 0 ? { form, pairs: train } : undefined;
  const fitted = await fitFold(family, folds[f], [position], job);
  await rankInWholeCorpus(
    data,
    fitted.sides(position),
    judged.map((at) => questions[at]),
    Array.from(judged, (at) => whole[at]),
    outcomes,
    judged,
    learntColumns(data, folds[f], null),
    { ...job, form: served },
  );
}

/** Copies what became of some questions. */
function copyOutcomes(from: Outcomes, to: Outcomes, places: Uint32Array): void {
  for (const at of places) {
    to.rank[at] = from.rank[at];
    to.ndcg[at] = from.ndcg[at];
    to.peerRank[at] = from.peerRank[at];
    to.peerNdcg[at] = from.peerNdcg[at];
    to.match[at] = from.match[at];
    to.matchColumn[at] = from.matchColumn[at];
    to.wrongColumn[at] = from.wrongColumn[at];
    for (const k of [2 * at, 2 * at + 1]) {
      to.nearestWrong[k] = from.nearestWrong[k];
      to.randomWrong[k] = from.randomWrong[k];
    }
    to.labelledWrong[at] = from.labelledWrong[at];
  }
}
