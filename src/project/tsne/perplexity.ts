import { checkNumber } from "../../base/checks.js";

const STANDARD = 30;

/**
 * The perplexity given, else 30, or what suits few rows: a third of the others, at least 1.
 *
 * @throws RangeError when it is not from 1 to rows - 1.
 */
export function perplexityFor(rows: number, given: number | undefined, caller: string): number {
  const perplexity = given ?? Math.min(STANDARD, Math.max(1, (rows - 1) / 3));
  checkNumber(perplexity, `${caller}: perplexity`, { least: 1, most: rows - 1 });
  return perplexity;
}
