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
export function interval({ gain, low, high }: Gain): string {
  return `${gain < 0 ? "" : "+"}${gain.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** E.g. `"0.651"`. */
export const figure = (value: number | null): string =>
  value === null ? "unknown" : value.toFixed(3);

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
