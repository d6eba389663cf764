import type { Random } from "../../base/random.js";

/**
 * Milliseconds before the next attempt: half a second, doubled with each failure, with jitter, but no less than the server
 * asks and no more than `maxMs`.
 *
 * @param failures Attempts that failed so far, at least 1.
 * @param askedMs What the server asked for, where it did.
 */
export function backoff(
  failures: number,
  random: Random,
  { askedMs = 0, maxMs }: { readonly askedMs?: number | undefined; readonly maxMs: number },
): number {
  const doubling = 500 * 2 ** (failures - 1) * (0.5 + random.next());
  return Math.min(maxMs, Math.max(askedMs, doubling));
}
