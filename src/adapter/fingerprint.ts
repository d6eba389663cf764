import { createFingerprint } from "../base/fingerprint.js";
import type { Adapter } from "./adapter.js";

/**
 * A digest of an adapter's two maps, 16 hexadecimal digits: adapters that map alike bit by bit have the same, whatever
 * their metadata say. It tells which adapter vectors went through; it is no protection against forgery.
 */
export function adapterFingerprint(adapter: Adapter): string {
  const { add, addFloats, digest } = createFingerprint();
  add(adapter.inputDimensions);
  add(adapter.outputDimensions);
  for (const { center, weights, lowRank } of [adapter.query, adapter.passage]) {
    for (const part of [center, weights?.data, lowRank?.left.data, lowRank?.right.data]) {
      // The length too, so that what one part lacks is not made up for by the next.
      add(part?.length ?? 0);
      if (part !== undefined && part !== null) addFloats(part);
    }
  }
  return digest();
}
