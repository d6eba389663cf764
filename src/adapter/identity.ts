import type { Adapter, AdapterSide } from "./adapter.js";

/** The side that changes nothing. */
const identitySide: AdapterSide = { center: null, weights: null };

/** Whether a side leaves its vectors as they are (up to length). */
export function isIdentitySide({ center, weights, lowRank }: AdapterSide): boolean {
  return center === null && weights === null && (lowRank ?? null) === null;
}

/**
 * The adapter that changes nothing: what a fit returns when there is no evidence of a gain.
 *
 * @param dimensions Length of the vectors.
 * @param embedder Id of the embedder they come from; `null` when unknown.
 */
export function identityAdapter(dimensions: number, embedder: string | null = null): Adapter {
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw new RangeError(`adapter: dimensions must be an integer >= 1, received ${dimensions}`);
  }
  return {
    inputDimensions: dimensions,
    outputDimensions: dimensions,
    query: identitySide,
    passage: identitySide,
    metadata: { embedder, method: "identity" },
  };
}
