import type { LongJobOptions } from "../../base/progress.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import type { Gain, OtherClaim } from "../verdict/decision.js";
import { restricted, type Candidate, type CandidateFamily } from "../candidates/candidate.js";
import { layOutClaim, type Claim, type ClaimName, type ClaimOptions } from "../claims/claims.js";
import { createClock } from "./clock.js";
import { sampleCorpus } from "../claims/judged-questions.js";
import { createFormTrials } from "../forms/form-trials.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
import { valuesOf, type RankMetric } from "../ranking/outcomes.js";
import type { JudgedClaim } from "./judge-claim.js";
import { runTrials } from "./trials.js";
import { meanGain, meanOf } from "../verdict/units.js";

/** Fewer than the judge has: this is said beside the verdict, and a trained candidate takes as long in each. */
const mostFolds = 3;

/** Multiplications of a closed form's fit above which not its whole grid is tried: that of thousands of pairs, 1,000 wide. */
const largeFit = 1e10;

/**
 * What the claim that the verdict does not make looks like: the untouched embedding, the closed forms (where they take long,
 * of each method what does best under the verdict's claim), and the candidate that was chosen, in three folds at most, so
 * on fits from fewer labels than the verdict's.
 *
 * @returns `null` where the questions cannot be divided this way.
 */
export async function measureOtherClaim(
  data: LabelledCorpus,
  name: ClaimName,
  families: readonly CandidateFamily[],
  judged: JudgedClaim,
  {
    metric,
    seed,
    signal,
    ...layout
  }: LongJobOptions & ClaimOptions & { readonly metric: RankMetric },
): Promise<OtherClaim | null> {
  const asJudged = layOutClaim(data, name, { ...layout, seed });
  if (asJudged.folds.length === 0) return null;
  // Where nothing that is tried learns from pairs labelled 0, it does not matter which of them a fold holds out.
  const negatives = families.some(({ needsNegatives }) => needsNegatives === true);
  const known = sameFolds(asJudged, judged.claim, negatives);
  const folds = Math.min(layout.folds, mostFolds);
  const claim = known ? asJudged : layOutClaim(data, name, { ...layout, folds, seed });
  const chosen = judged.best.trial;
  // What there was no time for is not tried here either.
  const late = new Set(
    judged.trials.filter(({ dropped }) => dropped === "time").map(({ family }) => family),
  );
  // A form whose map is of the run that was chosen costs no fit more; one of another run is not worth one.
  const served = judged.forms.filter(
    ({ trial: { family } }) => family.kind === "closed form" || family === chosen.family,
  );
  const ofRun = [chosen, ...served.map(({ trial }) => trial)].filter(
    ({ family }) => family === chosen.family,
  );
  const positions = [...new Set(ofRun.map(({ position }) => position))];
  const wanted = new Set([
    ...[chosen, ...served.map(({ trial }) => trial)].map(({ candidate }) => candidate),
    ...leadersOf(judged),
  ]);
  const closed = families
    .filter((f) => f.kind === "closed form" && !late.has(f))
    .map((family) => {
      const all = [...family.candidates.keys()];
      if (known || family.cost(data.positives.query.length, all) <= largeFit) return family;
      return restricted(
        family,
        all.filter((at) => wanted.has(family.candidates[at])),
      );
    })
    .filter(({ candidates }) => candidates.length > 0);
  const asked =
    chosen.family.kind === "closed form"
      ? closed
      : [...closed, restricted(chosen.family, positions)];
  const columns = sampleCorpus(data, claim.questions, seed);
  const formTrials = createFormTrials(data, claim, {
    ...{ metric, seed, columns },
    formsOf: ({ candidate }) =>
      served
        .filter(({ trial }) => trial.candidate === candidate)
        .map(({ trial: { form } }) => form),
  });
  const trials = known
    ? judged.trials.filter(({ candidate }) => asked.some((f) => f.candidates.includes(candidate)))
    : await runTrials(data, claim, asked, {
        ...{ metric, seed, likeness: false, clock: createClock(Infinity), signal },
        columns,
        keep: ({ candidate }) => ofRun.some((trial) => trial.candidate === candidate),
        onScores: formTrials.observe,
      });
  const values = trials.map(({ outcomes }) => valuesOf(outcomes, metric));
  const gain = (t: number): Gain => meanGain(values[0], values[t], claim.units);
  const own = trials.findIndex(({ candidate }) => candidate === chosen.candidate);
  const rivals = [...trials.keys()].filter(
    (t) =>
      trials[t].dropped === null &&
      trials[t].family.kind === "closed form" &&
      trials[t].candidate.method !== "identity",
  );
  const best = rivals.reduce(
    (a, b) => (a < 0 || meanOf(values[b]) > meanOf(values[a]) ? b : a),
    -1,
  );
  return {
    claim: name,
    questions: claim.questions.length,
    untouched: meanOf(values[0]),
    chosen: gain(own),
    forms: formTrials
      .finish()
      .filter(({ dropped }) => dropped === null)
      .map(({ form, outcomes }) => ({
        name: form.name,
        gain: meanGain(values[0], valuesOf(outcomes, metric), claim.units),
      })),
    bestClosedForm: best < 0 ? null : { method: trials[best].candidate.method, gain: gain(best) },
  };
}

/** The candidate of each method that does best under the verdict's claim. */
function leadersOf({ trials, values }: JudgedClaim): Candidate[] {
  const leaders = new Map<string, number>();
  for (const [t, { candidate, dropped }] of trials.entries()) {
    if (dropped !== null) continue;
    const known = leaders.get(candidate.method);
    if (known === undefined || meanOf(values[t]) > meanOf(values[known])) {
      leaders.set(candidate.method, t);
    }
  }
  return [...leaders.values()].map((t) => trials[t].candidate);
}

/** Whether both claims hold out the same questions and learn from the same pairs, as where groups keep passages whole. */
function sameFolds(a: Claim, b: Claim, negatives: boolean): boolean {
  return (
    equal(a.questions, b.questions) &&
    equal(a.units, b.units) &&
    equal(a.foldOf, b.foldOf) &&
    a.folds.every(
      ({ train, trainNegatives }, f) =>
        equalPairs(train, b.folds[f].train) &&
        (!negatives || equalPairs(trainNegatives, b.folds[f].trainNegatives)),
    )
  );
}

const equalPairs = (a: IndexPairs, b: IndexPairs): boolean =>
  equal(a.query, b.query) && equal(a.passage, b.passage);

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
