/** How often each reason applied; a reason that never applied is absent. */
export type DropCounts<Reason extends string> = Readonly<Partial<Record<Reason, number>>>;

/** Counts what is dropped, by reason, so that nothing disappears silently. */
export interface DropCounter<Reason extends string> {
  add(reason: Reason, count?: number): void;
  /** A snapshot, with its reasons in alphabetical order. */
  counts(): DropCounts<Reason>;
}

export function createDropCounter<Reason extends string>(): DropCounter<Reason> {
  const byReason = new Map<Reason, number>();
  return {
    add(reason, count = 1) {
      if (count > 0) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
    },
    counts() {
      const entries = [...byReason].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(entries) as DropCounts<Reason>;
    },
  };
}
