import { pairedPermutation } from "../../evaluate/statistics/paired-permutation.js";
import { valuesOf, type Outcomes, type RankMetric, type Rivals } from "../ranking/outcomes.js";
import type { Gain, GainOf, Verdict } from "./decision.js";
import { changeOf, gainOf, type AllQuestions } from "./gain.js";

export interface Evidence {
  /** The gain of choosing this way, out of fold, against the whole corpus. */
  readonly gain: Gain;
  /** The same among peers: passages that the fit learnt from as it did from the right one. */
  readonly peerGain: Gain;
  /** Two-sided, of permutation tests over whole units: the larger of both. */
  readonly p: number;
  readonly units: number;
  /** The interval of the best candidate other than the identity, on all folds; `null` where there is none. */
  readonly bestChange: Gain | null;
  /** Right passages rank as if drawn at random, before and after: a gain on such labels is one on noise. */
  readonly unrelated: boolean;
}

/** The figure before and after, both gains of a change over the untouched embedding, and the larger p of their tests. */
export function weigh(
  untouched: Outcomes,
  changed: Outcomes,
  { units, unitCount }: { readonly units: Uint32Array; readonly unitCount: number },
  {
    metric,
    seed,
    all = null,
  }: {
    readonly metric: RankMetric;
    readonly seed: string | number;
    readonly all?: AllQuestions | null;
  },
): Omit<Evidence, "bestChange" | "unrelated"> & Pick<GainOf, "before" | "after"> {
  const p = (against: Rivals): number =>
    permutationOf(
      valuesOf(untouched, metric, against),
      valuesOf(changed, metric, against),
      units,
      seed,
    );
  const { before, after, ...gain } = changeOf(untouched, changed, { metric, units, seed, all });
  return {
    ...{ before, after, gain },
    peerGain: gainOf(untouched, changed, { metric, against: "peers", units, seed }),
    p: Math.max(p("corpus"), p("peers")),
    units: unitCount,
  };
}

/** Fewer groups than this say too little, whatever their interval. */
export const fewestGroups = 20;
const significance = 0.05;

/** The verdict that the evidence allows. */
export function verdictOf(
  { gain, peerGain, p, units, bestChange, unrelated }: Evidence,
  leastGain: number,
): Exclude<Verdict, "untested"> {
  const above = gain.low > 0 && peerGain.low > 0;
  const shown = !unrelated && above && p <= significance && gain.gain >= leastGain;
  if (shown && units >= fewestGroups) return "use it";
  if (bestChange !== null && bestChange.high < 0) return "leave it";
  return "not shown";
}

/** What speaks against a gain whose intervals lie above zero, in words; `null` where nothing does, or they do not. */
export function doubtOf(
  { gain, peerGain, p, units, unrelated }: Evidence,
  leastGain: number,
): string | null {
  if (unrelated || !(gain.low > 0 && peerGain.low > 0)) return null;
  if (units < fewestGroups)
    return `there are ${units} groups of questions, fewer than ${fewestGroups}`;
  if (p > significance)
    return `a permutation test finds it by chance too often (p ${p.toFixed(3)})`;
  return gain.gain < leastGain ? `it is less than the ${leastGain} that is worth having` : null;
}

/** The permutation test that goes with a gain. */
export function permutationOf(
  before: Float64Array,
  after: Float64Array,
  units: Uint32Array,
  seed: string | number,
): number {
  return pairedPermutation(before, after, { groups: Array.from(units), seed }).p;
}
