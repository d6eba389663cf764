import type { Choice, Decision, Gain, OtherClaim } from "./verdict/decision.js";
import { gainOf, permutationOf, verdictOf } from "./verdict/evidence.js";
import type { FittedCandidates } from "./candidates/candidate.js";
import type { JudgedChoice, JudgedClaim } from "./trials/judge-claim.js";
import { judgedQuestions } from "./claims/judged-questions.js";
import type { LabelledCorpus } from "./claims/labelled-corpus.js";
import { labelsNeeded } from "./verdict/labels-needed.js";
import { valuesOf, type RankMetric } from "./ranking/outcomes.js";
import { cosineFigures, heldOutThreshold } from "./verdict/pair-figures.js";
import type { Trial } from "./trials/trial.js";
import { meanGain, meanOf } from "./verdict/units.js";
import { ranksLookRandom } from "./verdict/unrelated.js";
import type { AdapterMaker } from "./fitted-adapter.js";
import { figuresOf, meanFigures } from "./verdict/figures.js";
import { sentenceOf } from "./verdict/sentence.js";

/** Resamples of intervals that no verdict hangs on. */
const fewer = 2000;

export interface DecideOptions {
  readonly metric: RankMetric;
  readonly leastGain: number;
  readonly seed: string | number;
}

/** The decision that a judged claim leads to; `fitAll` fits a trial's candidate on all pairs. */
export async function decide(
  data: LabelledCorpus,
  judged: JudgedClaim,
  otherClaim: OtherClaim | null,
  fitAll: (trial: Trial) => Promise<FittedCandidates>,
  makeAdapter: AdapterMaker,
  { metric, leastGain, seed }: DecideOptions,
): Promise<Decision> {
  const { claim, trials, untouched, best, bestQueryOnly, judgedRows } = judged;
  const before = valuesOf(untouched, metric);
  const after = valuesOf(best.outcomes, metric);
  const gain = gainOf(before, after, claim.units, seed);
  const peers = {
    before: valuesOf(untouched, metric, "peers"),
    after: valuesOf(best.outcomes, metric, "peers"),
  };
  const peerGain = gainOf(peers.before, peers.after, claim.units, seed);
  const p = Math.max(
    permutationOf(before, after, claim.units, seed),
    permutationOf(peers.before, peers.after, claim.units, seed),
  );
  // Candidates were chosen among peers; what they are worth is shown against the corpus that they were tried on.
  const tried = trials.map(({ outcomes }) => valuesOf(outcomes, metric));
  const change = bestChange(judged, tried, seed);
  const evidence = { gain, peerGain, p, units: claim.unitCount, bestChange: change };
  const verdict = verdictOf(evidence, leastGain);
  const there = data.labelledQueries.length;
  const needed = verdict === "use it" ? there : forecast();
  function forecast(): number | null {
    const from = (shown: Gain): number | null =>
      labelsNeeded(shown, there, claim.unitCount, leastGain);
    const [whole, among] = [from(gain), from({ ...peerGain, gain: Math.max(peerGain.gain, 0) })];
    return whole === null || among === null ? null : Math.max(whole, among);
  }
  const asked = judgedQuestions(data, claim.questions, null, seed);
  const unrelated = [untouched, best.outcomes].every(({ rank }) =>
    ranksLookRandom(rank, asked, data.passages.rows),
  );
  const labels = {
    pairs: data.positives.query.length,
    questions: there,
    groups: claim.unitCount,
  };
  const corpus = { rows: data.passages.rows, judged: judgedRows };
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
    ...{ verdict, claim: claim.name, metric, labels, corpus, labelsNeeded: needed, skipped },
    ...{ best: partsOf(best, gain), bestChange: change },
    ...{ before: meanOf(before), after: meanOf(after), judged: claim.questions.length },
    labelsLookUnrelated: unrelated,
  });
  const fits = new Map<Trial, Promise<FittedCandidates>>();
  const fitOnce = (trial: Trial): Promise<FittedCandidates> => {
    const known = fits.get(trial) ?? fitAll(trial);
    fits.set(trial, known);
    return known;
  };
  const finish = async (choice: JudgedChoice, expected: Gain): Promise<Choice> => {
    const { trial } = choice;
    const fitted = await fitOnce(trial);
    const threshold = heldOutThreshold(choice.outcomes);
    const adapter = makeAdapter(trial.candidate, fitted.sides(trial.position), {
      metrics: meanFigures(choice.outcomes),
      ...(threshold === null ? {} : { threshold: threshold.threshold }),
      ...{ verdict, sentence },
    });
    return { adapter, ...partsOf(choice, expected) };
  };
  const afterQueryOnly = valuesOf(bestQueryOnly.outcomes, metric);
  const chosen = await finish(best, gain);
  const queryOnly = await finish(
    bestQueryOnly,
    gainOf(before, afterQueryOnly, claim.units, seed, fewer),
  );
  const identityTrial = trials[0];
  const adapter =
    verdict === "use it"
      ? chosen.adapter
      : (await finish({ trial: identityTrial, outcomes: untouched }, gain)).adapter;
  return {
    ...{ verdict, claim: claim.name, sentence, metric, adapter },
    best: chosen,
    bestQueryOnly: queryOnly,
    peerGain,
    queryOnlyDifference: gainOf(after, afterQueryOnly, claim.units, seed, fewer),
    otherClaim,
    labelsNeeded: needed,
    labelsLookUnrelated: unrelated,
    labels,
    corpus,
    figures: figuresOf(untouched, best.outcomes, claim.units, seed),
    cosines: cosineFigures(untouched, best.outcomes),
    table: trials.map((trial, t) => ({
      method: trial.candidate.method,
      side: trial.candidate.side,
      parameters: trial.candidate.parameters,
      figure: trial.dropped === null ? meanOf(tried[t]) : null,
      gain: trial.dropped === null ? meanGain(tried[0], tried[t], claim.units) : null,
      seconds: trial.seconds,
      skipped: trial.dropped,
    })),
    questions: Array.from(claim.questions, (row, i) => ({
      row,
      before: untouched.rank[i],
      after: best.outcomes.rank[i],
    })),
  };
}

/** The interval of the best candidate other than the identity, on all folds. */
function bestChange(
  { trials, values, claim }: JudgedClaim,
  tried: readonly Float64Array[],
  seed: string | number,
): Gain | null {
  const changes = [...trials.keys()].filter(
    (t) => trials[t].dropped === null && trials[t].candidate.method !== "identity",
  );
  if (changes.length === 0) return null;
  const best = changes.reduce((a, b) => (meanOf(values[b]) > meanOf(values[a]) ? b : a));
  return gainOf(tried[0], tried[best], claim.units, seed);
}
