import { meanOf, standardErrorOfMean } from "../verdict/units.js";
import type { Trial } from "./trial.js";

/** What a choice is made by: the values of each trial, and the folds whose questions may be looked at. */
export interface ChoiceData {
  readonly trials: readonly Trial[];
  /** Per trial, the metric of each judged question. */
  readonly values: readonly Float64Array[];
  /** Per judged question, its fold and its unit. */
  readonly fold: Uint32Array;
  readonly units: Uint32Array;
  /** Prefer the mildest of those about as good as the best: where labels are few, the best is so by luck. */
  readonly mildest: boolean;
}

/**
 * The best candidate by the questions of all folds but one, as a position among the trials; of equals the first. With
 * `mildest`, of the candidates that change something and are within one standard error of the best (the rule of Breiman
 * et al., 1984): the favourite where it is one of them, else the one whose cosines stay most like the untouched ones.
 *
 * @param except The fold that is not looked at; -1 looks at all.
 * @param allowed Which trials may be chosen.
 */
export function chooseTrial(
  { trials, values, fold, units, mildest }: ChoiceData,
  except: number,
  allowed: (trial: Trial) => boolean,
): number {
  const seen: number[] = [];
  for (let i = 0; i < fold.length; i++) if (fold[i] !== except) seen.push(i);
  const of = (trial: number): Float64Array => Float64Array.from(seen, (i) => values[trial][i]);
  const rivals = [...trials.keys()].filter((t) => trials[t].dropped === null && allowed(trials[t]));
  const figures = new Map(rivals.map((t) => [t, meanOf(of(t))]));
  const best = rivals.reduce((a, b) => (figures.get(b)! > figures.get(a)! ? b : a));
  if (!mildest) return best;
  const ownUnits = Uint32Array.from(seen, (i) => units[i]);
  const bestValues = of(best);
  const changed = rivals.filter((t) => trials[t].candidate.method !== "identity");
  const close = changed.filter((t) => {
    if (t === best) return true;
    const theirs = of(t);
    const differences = bestValues.map((value, i) => value - theirs[i]);
    return meanOf(differences) <= standardErrorOfMean(differences, ownUnits);
  });
  if (close.length === 0) return best;
  const favourite = close.find((t) => trials[t].candidate.favourite === true);
  if (favourite !== undefined) return favourite;
  const likeness = (t: number): number =>
    meanOf([...trials[t].likeness].filter((_, f) => f !== except));
  return close.reduce((a, b) => (likeness(b) > likeness(a) ? b : a));
}

/** Per judged question, the value under the candidate that the other folds' questions choose. */
export function crossFittedChoice(
  data: ChoiceData,
  allowed: (trial: Trial) => boolean,
): { readonly chosen: readonly number[]; readonly trialOf: Uint32Array } {
  const folds = data.fold.reduce((most, f) => Math.max(most, f + 1), 0);
  const chosen = Array.from({ length: folds }, (_, f) => chooseTrial(data, f, allowed));
  return { chosen, trialOf: Uint32Array.from(data.fold, (f) => chosen[f]) };
}
