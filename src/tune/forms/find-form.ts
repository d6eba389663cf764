import type { Outcomes, RankMetric } from "../ranking/outcomes.js";
import type { JudgedClaim, JudgedForm } from "../trials/judge-claim.js";
import type { FormDecision, OtherClaim } from "../verdict/decision.js";
import { verdictOf, weigh } from "../verdict/evidence.js";
import { gainOf } from "../verdict/gain.js";
import { formSentence } from "../verdict/sentence.js";

/** A form before its map is fitted on all pairs. */
export type FormFindings = Omit<FormDecision, "adapter" | "moved">;

/** Resamples of intervals that no verdict hangs on. */
const fewer = 2000;

/** What a form is worth, by the same evidence as a map alone. */
export function findForm(
  { claim, identity, best, all }: Pick<JudgedClaim, "claim" | "identity" | "best" | "all">,
  { trial, outcomes }: JudgedForm,
  {
    metric,
    leastGain,
    seed,
  }: { readonly metric: RankMetric; readonly leastGain: number; readonly seed: string | number },
  {
    otherClaim,
    looksRandom,
  }: {
    readonly otherClaim: OtherClaim | null;
    /** Whether right passages rank as if labels had been drawn at random. */
    readonly looksRandom: (outcomes: Outcomes) => boolean;
  },
): FormFindings {
  const { form, candidate } = trial;
  const weighed = weigh(identity.outcomes, outcomes, claim, { metric, seed, all });
  const { gain: expected, peerGain, before, after } = weighed;
  const unrelated = looksRandom(identity.outcomes) && looksRandom(outcomes);
  const verdict = verdictOf({ ...weighed, bestChange: expected, unrelated }, leastGain);
  const options = { metric, units: claim.units, seed, resamples: fewer, all };
  const overBest = gainOf(best.outcomes, outcomes, options);
  const { method, side, parameters } = candidate;
  return {
    ...{ name: form.name, verdict, method, side, parameters },
    move: form.name === "moved passages" ? form.move : null,
    votes: form.name === "known questions" ? form.votes : null,
    ...{ expected, peerGain, overBest },
    sentence: formSentence({
      ...{ verdict, metric, form: form.name, map: { method, side }, expected, overBest },
      labelsLookUnrelated: unrelated,
      elsewhere: otherClaim?.forms.find(({ name }) => name === form.name)?.gain ?? null,
      ...{ before, after, judged: claim.questions.length },
    }),
  };
}
