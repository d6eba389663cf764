import { fewLabels } from "../claims/labelled-corpus.js";
import type { Gain } from "./decision.js";
import { fewestGroups } from "./evidence.js";
import { meanOf, standardErrorOfMean } from "./units.js";

/** Standard errors that the gain must be from zero. */
const clear = 1.96;

/** What labels would show, and how many of them. */
export interface Forecast {
  readonly labels: number;
  readonly gain: number;
}

/**
 * About how many labelled questions would show a gain of the size that is expected: the interval narrows with the root
 * of their number. At an even chance, since half of all samples come out lower.
 *
 * @param questions Labelled questions there are.
 * @param units Independent groups among those that were judged.
 * @returns `null` where the gain is less than is worth having.
 */
export function labelsNeeded(
  { gain, low, high }: Gain,
  questions: number,
  units: number,
  leastGain: number,
): number | null {
  if (!(gain >= leastGain && gain > 0)) return null;
  const standardError = (high - low) / (2 * clear);
  const factor = Math.max(((clear * standardError) / gain) ** 2, fewestGroups / units);
  return Math.max(1, Math.ceil(questions * factor));
}

/** What may be hoped for: a quarter of what is missing to a perfect figure, at most .05. */
const hopedShare = 0.25;
const mostHoped = 0.05;

/**
 * The same where labels are few. What was measured then says little about the gain that more of them would bring, since a
 * fit learns from them, too; so the gain is one that may be hoped for, and its spread from question to question that of
 * the untouched figure.
 *
 * @param before The untouched figure of each judged question, in [0, 1].
 * @param units Per judged question, its group.
 * @returns `null` where what may be hoped for is less than is worth having; never fewer labels than count as few.
 */
export function labelsToHopeFor(
  before: Float64Array,
  units: Uint32Array,
  leastGain: number,
): Forecast | null {
  const gain = Math.min(mostHoped, hopedShare * (1 - meanOf(before)));
  if (!(gain >= leastGain && gain > 0)) return null;
  const spread = standardErrorOfMean(before, units) * Math.sqrt(before.length);
  const labels = Math.ceil(((clear * spread) / gain) ** 2);
  return { labels: Math.max(fewLabels, Number.isFinite(labels) ? labels : fewLabels), gain };
}
