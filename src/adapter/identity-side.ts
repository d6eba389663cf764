import type { AdapterSide } from "./adapter.js";

/** The side that changes nothing. */
export const identitySide: AdapterSide = { center: null, weights: null };

/** Whether a side leaves its vectors as they are (up to length). */
export function isIdentitySide({ center, weights, lowRank }: AdapterSide): boolean {
  return center === null && weights === null && (lowRank ?? null) === null;
}
