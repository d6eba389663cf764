import { pairedBootstrap } from "../../evaluate/statistics/paired-bootstrap.js";
import { valuesOf, type Outcomes, type RankMetric, type Rivals } from "../ranking/outcomes.js";
import type { Gain, GainOf } from "./decision.js";
import { meanOf, standardErrorOfMean } from "./units.js";

/** What the untouched embedding does for all labelled questions, where only some of them were judged. */
export interface AllQuestions {
  readonly outcomes: Outcomes;
  /** Per question, its unit. */
  readonly units: Uint32Array;
  /** The outcomes of those that were judged. */
  readonly judged: Outcomes;
}

export interface GainOptions {
  readonly metric: RankMetric;
  /** @default "corpus" */
  readonly against?: Rivals | undefined;
  /** Per judged question, its unit. */
  readonly units: Uint32Array;
  readonly seed: string | number;
  /** @default 10000 */
  readonly resamples?: number | undefined;
  /** Only where against the corpus. */
  readonly all?: AllQuestions | null | undefined;
}

/**
 * The mean before and after and the mean gain, with the 95 % interval of a bootstrap over whole units.
 *
 * Two questions are added to those that are resampled, one that gains all there is and one that loses it (Bonett and
 * Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data", 2012): of few
 * questions most ranks stay as they are, and a bootstrap of those alone takes what did not happen for impossible.
 *
 * Where `all` questions are known under the untouched embedding, what the judged ones gain is brought to their mean by
 * regression (double sampling: Cochran, "Sampling Techniques", 1977, ch. 12): hard questions gain most, and how many of
 * them were drawn is luck.
 */
export function changeOf(
  before: Outcomes,
  after: Outcomes,
  { metric, against = "corpus", units, seed, resamples, all = null }: GainOptions,
): GainOf {
  const from = valuesOf(before, metric, against);
  const own = all === null ? from : valuesOf(all.judged, metric);
  const known = all === null ? own : valuesOf(all.outcomes, metric);
  const mean = meanOf(before === all?.judged ? known : from);
  // The same map twice.
  if (before === after) return { before: mean, after: mean, gain: 0, low: 0, high: 0 };
  const to = valuesOf(after, metric, against);
  const difference = to.map((value, i) => value - from[i]);
  const slope = all === null ? 0 : slopeOf(difference, own);
  const center = meanOf(known);
  const adjusted = difference.map((value, i) => value - slope * (own[i] - center));
  const gain = meanOf(adjusted);
  const fresh = units.reduce((most, unit) => Math.max(most, unit), 0) + 1;
  const { interval } = pairedBootstrap(
    new Float64Array(adjusted.length + 2),
    [...adjusted, 1, -1],
    { groups: [...units, fresh, fresh + 1], seed, resamples },
  );
  // What is not known of the mean over all questions themselves.
  const error = all === null || slope === 0 ? 0 : slope * standardErrorOfMean(known, all.units);
  return {
    ...{ before: mean, after: all === null ? meanOf(to) : mean + gain, gain },
    low: gain - Math.hypot(gain - interval[0], 1.96 * error),
    high: gain + Math.hypot(interval[1] - gain, 1.96 * error),
  };
}

/** The gain of {@link changeOf} alone. */
export function gainOf(before: Outcomes, after: Outcomes, options: GainOptions): Gain {
  const { gain, low, high } = changeOf(before, after, options);
  return { gain, low, high };
}

/** Least squares of y on x; 0 where x does not vary. */
function slopeOf(y: Float64Array, x: Float64Array): number {
  const center = meanOf(x);
  let cross = 0;
  let square = 0;
  for (let i = 0; i < x.length; i++) {
    cross += (x[i] - center) * y[i];
    square += (x[i] - center) ** 2;
  }
  return square > 0 ? cross / square : 0;
}
