import type { Adapter } from "../adapter/adapter.js";
import { checkAdapter } from "../adapter/check.js";
import { checkInteger, checkNumber, refuse } from "../base/checks.js";
import type { LongJobOptions } from "../base/progress.js";
import { onEngine, type EngineOptions } from "../math/engines/on-engine.js";
import type { CandidateFamily } from "./candidates/candidate.js";
import { identityCandidate } from "./candidates/closed-forms.js";
import { fittedSides } from "./candidates/fitted-sides.js";
import { layOutClaim } from "./claims/claims.js";
import { prepareLabelledCorpus, type LabelledVectors } from "./claims/labelled-corpus.js";
import { findForm } from "./forms/find-form.js";
import { movedPassages } from "./forms/form-scores.js";
import { formGrid } from "./forms/form.js";
import { checkMetric } from "./ranking/check-metric.js";
import { judgedQuestions } from "./claims/judged-questions.js";
import type { Outcomes, RankMetric } from "./ranking/outcomes.js";
import { ranksLookRandom } from "./verdict/unrelated.js";
import { createClock } from "./trials/clock.js";
import { judgeClaim } from "./trials/judge-claim.js";
import type { FormDecision } from "./verdict/decision.js";
import { meanFigures } from "./verdict/figures.js";
import { heldOutThreshold } from "./verdict/pair-figures.js";

export interface FitFormsOptions extends LongJobOptions, EngineOptions {
  /** @default "mrr" */
  readonly metric?: RankMetric | undefined;
  /** The least gain in the metric that is worth having. @default 0.005 */
  readonly leastGain?: number | undefined;
  /** Parts the questions are cut into, at least 2. @default 5 */
  readonly folds?: number | undefined;
  /** Most questions to judge by; all answered ones serve. @default 2000 */
  readonly mostQuestions?: number | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
}

/**
 * Judges what can be served beside a finished adapter: passages moved toward their questions, and known questions that
 * vote. Each question is held out in turn and answered by the others; settings are chosen on other folds than they are
 * judged by.
 *
 * @param adapter A map that has not seen the pairs, or {@link identityAdapter}: `fitAdapter` judges maps and what is
 *   served beside them together, and only so are both honest where the same pairs serve both.
 * @returns The best of each form; none where all labelled questions hang together in one group.
 * @throws RangeError on vectors and pairs that cannot be judged by, vectors of other dimensions than the adapter's, and
 *   options outside their range.
 */
export async function fitForms(
  adapter: Adapter,
  data: LabelledVectors,
  options: FitFormsOptions = {},
): Promise<FormDecision[]> {
  return onEngine(options, "fitForms", () => formsOnEngine(adapter, data, options));
}

async function formsOnEngine(
  adapter: Adapter,
  data: LabelledVectors,
  {
    metric = "mrr",
    leastGain = 0.005,
    folds = 5,
    mostQuestions = 2000,
    seed = 1,
    signal,
    onProgress,
  }: FitFormsOptions,
): Promise<FormDecision[]> {
  checkMetric(metric, "fitForms");
  checkNumber(leastGain, "fitForms: leastGain", { least: 0 });
  checkInteger(folds, "fitForms: folds", { least: 2 });
  checkInteger(mostQuestions, "fitForms: mostQuestions", { least: 1 });
  checkAdapter(adapter, "fitForms");
  const corpus = prepareLabelledCorpus(data, "fitForms");
  const { cols } = corpus.queries;
  if (cols !== adapter.inputDimensions) {
    refuse("fitForms: queries", `vectors of ${adapter.inputDimensions} values`, cols);
  }
  if (corpus.labelledQueries.length === 0) refuse("fitForms: pairs", "at least one match", "none");
  const claim = layOutClaim(corpus, "questions", { folds, seed, mostQuestions });
  if (claim.folds.length === 0) return [];
  const given = givenCandidate(adapter);
  const judged = await judgeClaim(corpus, claim, [identityCandidate(), given], {
    ...{ metric, seed, clock: createClock(Infinity), signal, onProgress },
    formsOf: ({ family }) => (family === given ? formGrid : []),
  });
  const asked = judgedQuestions(corpus, claim.questions, null, seed);
  const looksRandom = ({ rank }: Outcomes): boolean =>
    ranksLookRandom(rank, asked, corpus.passages.rows);
  const own = { units: claim.units, seed, all: judged.all };
  return judged.forms.map((form) => {
    const found = findForm(
      judged,
      form,
      { metric, leastGain, seed },
      { otherClaim: null, looksRandom },
    );
    const { verdict, sentence } = found;
    const threshold = heldOutThreshold(form.outcomes)?.threshold;
    const metadata = {
      ...adapter.metadata,
      ...{ verdict, sentence, form: found.name },
      metrics: meanFigures(judged.identity.outcomes, form.outcomes, own),
      ...(threshold === undefined ? {} : { threshold }),
    };
    const moved = movedPassages(corpus, adapter, form.trial.form);
    return { ...found, adapter: { ...adapter, metadata }, moved };
  });
}

/** The adapter as the one candidate of a family that learns nothing. */
function givenCandidate(adapter: Adapter): CandidateFamily {
  const { method, side = "both", parameters = {} } = adapter.metadata;
  return {
    name: method,
    kind: "closed form",
    candidates: [{ method, side, parameters }],
    cost: () => 0,
    fit: () => Promise.resolve(fittedSides(() => adapter)),
  };
}
