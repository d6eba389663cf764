/** Figures and names as the verdict's sentence prints them: whatever stands beside it must print the same. */
import type { ClaimName } from "../claims/claims.js";
import type { Choice, FormDecision, Gain } from "./decision.js";

/** E.g. `"info-nce (query side)"`. */
export function methodName({ method, side }: Pick<Choice, "method" | "side">): string {
  return side === "query" && method !== "identity" ? `${method} (query side)` : method;
}

/** What a claim is about. */
export const subject = (claim: ClaimName): string =>
  claim === "questions"
    ? "new questions about known passages"
    : "questions about passages nobody has asked about";

/** Whether a form is worth using, and better than the best map alone: what is no better is no news. */
export const beatsMapAlone = ({
  verdict,
  overBest,
}: Pick<FormDecision, "verdict" | "overBest">): boolean =>
  verdict === "use it" && overBest.gain > 0;

/** E.g. `"MRR"`. */
export const metricName = (metric: string): string => (metric === "mrr" ? "MRR" : metric);

/** E.g. `"+0.083 [0.058, 0.124]"`. */
export const interval = ({ gain, low, high }: Gain): string =>
  `${signed(gain)} [${figure(low)}, ${figure(high)}]`;

/** E.g. `"+0.083"`; `"+0.000"` of what rounds to nothing, from either side. */
export function signed(value: number): string {
  const text = figure(value);
  return text.startsWith("-") ? text : `+${text}`;
}

/** E.g. `"0.651"`; never `"-0.000"`. */
export const figure = (value: number | null): string =>
  value === null ? "unknown" : value.toFixed(3).replace(/^-(?=0\.000$)/, "");

/**
 * What a change does to a figure, e.g. `"moves MRR from 0.651 by +0.083 [0.058, 0.124]"`; of a gain that is printed as nothing
 * `"leaves MRR at 0.651, +0.000 [-0.021, 0.024]"`.
 */
export function movement(metric: string, gain: Gain, before: number | null = null): string {
  const name = metricName(metric);
  return Number(figure(gain.gain)) === 0
    ? `leaves ${name} ${before === null ? "as it is" : `at ${figure(before)}`}, ${interval(gain)}`
    : `moves ${name}${before === null ? "" : ` from ${figure(before)}`} by ${interval(gain)}`;
}

/** E.g. `"1,295 passages"`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}

/** What a verdict under the built-in embedder cannot say; `null` under any other. */
export function embedderCaveat(embedder: string | null): string | null {
  return embedder?.startsWith("hashing/") === true
    ? "This is about the built-in embedder alone, which compares spelling, and says nothing about another model."
    : null;
}

/** The same with both figures, e.g. `"raise MRR from 0.651 to 0.734, by +0.083 [0.058, 0.124]"`. */
export function fromTo(
  [up, down, same]: readonly [up: string, down: string, same: string],
  { metric, before, after }: { metric: string; before: number; after: number },
  gain: Gain,
): string {
  const name = metricName(metric);
  return figure(before) === figure(after)
    ? `${same} ${name} at ${figure(before)}, ${interval(gain)}`
    : `${after > before ? up : down} ${name} from ${figure(before)} to ${figure(after)}, by ${interval(gain)}`;
}
