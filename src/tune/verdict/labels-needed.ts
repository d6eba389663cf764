import type { Gain } from "./decision.js";
import { fewestGroups } from "./evidence.js";

/** Standard errors that the gain must be from zero. */
const clear = 1.96;

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
  if (!(gain >= leastGain)) return null;
  const standardError = (high - low) / (2 * clear);
  const factor = Math.max(((clear * standardError) / gain) ** 2, fewestGroups / units);
  return Math.max(1, Math.ceil(questions * factor));
}
