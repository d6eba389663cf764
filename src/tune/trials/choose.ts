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
  /**
   * What is taken where several are about as good as the best, which is then so by luck: the "best" all the same; the
   * mildest of those that "change" something; or the "first", where trials come from mild to strong.
   */
  readonly rule: "best" | "change" | "first";
}

/**
 * Standard errors within which the first is taken. Drawn from training pairs alone, half of one chose forms that did better
 * on the pairs not drawn than the best did, and no worse where there is much to gain; a whole one lost some of that.
 */
const errorsFromFirst = 0.5;

/**
 * The best candidate by the questions of all folds but one, as a position among the trials; of equals the first. By the
 * other rules, one of those within a standard error of the best (Breiman et al., 1984): the "first" within half of one; or,
 * of those that "change" something, the favourite where it is one of them, else the one whose cosines stay most like the untouched ones.
 *
 * @param except The fold that is not looked at; -1 looks at all.
 * @param allowed Which trials may be chosen.
 */
export function chooseTrial(
  { trials, values, fold, units, rule }: ChoiceData,
  except: number,
  allowed: (trial: Trial) => boolean,
): number {
  const seen: number[] = [];
  for (let i = 0; i < fold.length; i++) if (fold[i] !== except) seen.push(i);
  const of = (trial: number): Float64Array => Float64Array.from(seen, (i) => values[trial][i]);
  const rivals = [...trials.keys()].filter((t) => trials[t].dropped === null && allowed(trials[t]));
  const figures = new Map(rivals.map((t) => [t, meanOf(of(t))]));
  const best = rivals.reduce((a, b) => (figures.get(b)! > figures.get(a)! ? b : a));
  if (rule === "best") return best;
  const reach = rule === "first" ? errorsFromFirst : 1;
  const ownUnits = Uint32Array.from(seen, (i) => units[i]);
  const bestValues = of(best);
  const close = rivals.filter((t) => {
    if (rule === "change" && trials[t].candidate.method === "identity") return false;
    if (t === best) return true;
    const theirs = of(t);
    const differences = bestValues.map((value, i) => value - theirs[i]);
    return meanOf(differences) <= reach * standardErrorOfMean(differences, ownUnits);
  });
  if (close.length === 0) return best;
  if (rule === "first") return close[0];
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
