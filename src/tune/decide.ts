import type { Choice, Decision, Gain, OtherClaim, Verdict } from "./verdict/decision.js";
import { findForm, type FormFindings } from "./forms/find-form.js";
import { doubtOf, verdictOf, weigh } from "./verdict/evidence.js";
import { gainOf } from "./verdict/gain.js";
import type { JudgedChoice, JudgedClaim } from "./trials/judge-claim.js";
import { judgedQuestions, ownPassagesAmong } from "./claims/judged-questions.js";
import { hasFewLabels, type LabelledCorpus } from "./claims/labelled-corpus.js";
import { labelsNeeded, labelsToHopeFor, type Forecast } from "./verdict/labels-needed.js";
import { valuesOf, type Outcomes, type RankMetric } from "./ranking/outcomes.js";
import { cosineFigures } from "./verdict/pair-figures.js";
import { meanGain, meanOf } from "./verdict/units.js";
import { ranksLookRandom } from "./verdict/unrelated.js";
import { questionsWithCopies } from "./verdict/copies.js";
import { figuresOf } from "./verdict/figures.js";
import { questionOutcomes } from "./verdict/question-outcomes.js";
import { sentenceOf } from "./verdict/sentence.js";

/** Resamples of intervals that no verdict hangs on. */
const fewer = 2000;

export interface DecideOptions {
  readonly metric: RankMetric;
  readonly leastGain: number;
  readonly seed: string | number;
}

/** A decision before anything is fitted on all pairs. */
export interface Findings extends Omit<Decision, "adapter" | "best" | "bestQueryOnly" | "forms"> {
  readonly verdict: Exclude<Verdict, "untested">;
  readonly forms: readonly FormFindings[];
  readonly best: Omit<Choice, "adapter">;
  readonly bestQueryOnly: Omit<Choice, "adapter">;
}

/** What a judged claim says. */
export function decide(
  data: LabelledCorpus,
  judged: JudgedClaim,
  otherClaim: OtherClaim | null,
  { metric, leastGain, seed }: DecideOptions,
): Findings {
  const { claim, trials, identity, best, bestQueryOnly, judgedRows, all } = judged;
  const untouched = identity.outcomes;
  const weighed = weigh(untouched, best.outcomes, claim, { metric, seed, all });
  const { gain, peerGain, before, after } = weighed;
  // Candidates were chosen among peers; what they are worth is shown against the corpus that they were tried on.
  const tried = trials.map(({ outcomes }) => valuesOf(outcomes, metric));
  const baseline = valuesOf(identity.trial.outcomes, metric);
  const change = bestChange(judged, metric, seed);
  const asked = judgedQuestions(data, claim.questions, null, seed);
  const looksRandom = ({ rank }: Outcomes): boolean =>
    ranksLookRandom(rank, asked, data.passages.rows);
  const unrelated = looksRandom(untouched) && looksRandom(best.outcomes);
  const evidence = { ...weighed, bestChange: change, unrelated };
  const verdict = verdictOf(evidence, leastGain);
  const there = data.labelledQueries.length;
  const forecast = (): Forecast | null => {
    const untouchedValues = valuesOf(untouched, metric);
    if (hasFewLabels(data)) return labelsToHopeFor(untouchedValues, claim.units, leastGain);
    const from = (shown: Gain): number | null =>
      labelsNeeded(shown, there, claim.unitCount, leastGain);
    const [whole, among] = [from(gain), from({ ...peerGain, gain: Math.max(peerGain.gain, 0) })];
    if (whole === null || among === null) return null;
    return { labels: Math.max(whole, among), gain: gain.gain };
  };
  const foreseen = verdict === "use it" ? { labels: there, gain: gain.gain } : forecast();
  const needed = foreseen === null ? null : foreseen.labels;
  const labels = {
    pairs: data.positives.query.length,
    questions: there,
    groups: claim.unitCount,
  };
  const corpus = { rows: data.passages.rows, judged: judgedRows, ...ownPassagesAmong(asked) };
  const skipped = [
    ...new Set(trials.filter(({ dropped }) => dropped === "time").map(({ family }) => family.name)),
  ];
  const partsOf = (choice: JudgedChoice, expected: Gain): Omit<Choice, "adapter"> => ({
    method: choice.trial.candidate.method,
    side: choice.trial.candidate.side,
    parameters: choice.trial.candidate.parameters,
    expected,
  });
  const sentence = sentenceOf({
    ...{ verdict, claim: claim.name, metric, labels, corpus, foreseen, skipped },
    ...{ best: partsOf(best, gain), bestChange: change, peerGain },
    ...{ before, after, judged: claim.questions.length },
    doubt: verdict === "not shown" ? doubtOf(evidence, leastGain) : null,
    copies: questionsWithCopies(data, claim.questions),
    labelsLookUnrelated: unrelated,
  });
  const options = { metric, units: claim.units, seed, resamples: fewer, all };
  return {
    ...{ verdict, claim: claim.name, sentence, metric },
    best: partsOf(best, gain),
    bestQueryOnly: partsOf(bestQueryOnly, gainOf(untouched, bestQueryOnly.outcomes, options)),
    peerGain,
    queryOnlyDifference: gainOf(best.outcomes, bestQueryOnly.outcomes, options),
    otherClaim,
    forms: judged.forms.map((form) =>
      findForm(judged, form, { metric, leastGain, seed }, { otherClaim, looksRandom }),
    ),
    labelsNeeded: needed,
    labelsLookUnrelated: unrelated,
    labels,
    corpus,
    figures: {
      ...figuresOf(untouched, best.outcomes, options),
      // The one that decides has the interval of the sentence, from more resamples.
      [metric]: { before, after, ...gain },
    },
    cosines: cosineFigures(untouched, best.outcomes),
    table: trials.map((trial, t) => ({
      method: trial.candidate.method,
      side: trial.candidate.side,
      parameters: trial.candidate.parameters,
      figure: trial.dropped === null ? meanOf(tried[t]) : null,
      gain: trial.dropped === null ? meanGain(baseline, tried[t], claim.units) : null,
      seconds: trial.seconds,
      skipped: trial.dropped,
    })),
    questions: questionOutcomes(
      claim.questions,
      untouched,
      best.outcomes,
      trials.filter(({ dropped }) => dropped === null).map(({ outcomes }) => outcomes),
    ),
  };
}

/** The interval of the best candidate other than the identity, on all folds. */
function bestChange(
  { trials, values, identity, claim, all }: JudgedClaim,
  metric: RankMetric,
  seed: string | number,
): Gain | null {
  const changes = [...trials.keys()].filter(
    (t) => trials[t].dropped === null && trials[t].candidate.method !== "identity",
  );
  if (changes.length === 0) return null;
  const best = changes.reduce((a, b) => (meanOf(values[b]) > meanOf(values[a]) ? b : a));
  const { units } = claim;
  return gainOf(identity.trial.outcomes, trials[best].outcomes, { metric, units, seed, all });
}
