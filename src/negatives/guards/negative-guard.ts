/** A guard's reason for refusing a passage, by which refusals are counted; a caller's guard may give its own. */
export type GuardReason = "overlaps-gold" | "holds-answer" | (string & NonNullable<unknown>);

/** Says why a passage is no negative for a query, or `null` when it may be one. */
export type NegativeGuard = (query: string, passage: string) => GuardReason | null;

/** The reason of the first guard that refuses, or `null`. */
export function firstReason(
  guards: readonly NegativeGuard[],
  query: string,
  passage: string,
): GuardReason | null {
  for (const guard of guards) {
    const reason = guard(query, passage);
    if (reason !== null) return reason;
  }
  return null;
}
