import { createFingerprint } from "../../base/fingerprint.js";
import type { Lease } from "./key-value-store.js";

/** A lease of nothing: all keys are somebody else's. */
export const noLease: Lease = {
  held: [],
  renew: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

/** A key as a lease names it, in 16 characters. Two keys in one would wait for each other, no more. */
export function leaseName(key: string): string {
  const fingerprint = createFingerprint();
  for (let i = 0; i < key.length; i++) fingerprint.add(key.charCodeAt(i));
  return fingerprint.digest();
}

/**
 * Which of the names nobody holds, by position; a name that stands twice is free once.
 *
 * @param held Names that others hold.
 */
export function freeNames(names: readonly string[], held: ReadonlySet<string>): number[] {
  const taken = new Set(held);
  const free: number[] = [];
  for (const [position, name] of names.entries()) {
    if (taken.has(name)) continue;
    taken.add(name);
    free.push(position);
  }
  return free;
}
