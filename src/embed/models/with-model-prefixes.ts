import type { Embedder } from "../embedder.js";
import { withPrefixes, type Prefixes } from "../prefixed-embedder.js";
import { modelConventions } from "./known-models.js";

/** What its model wants before each text and nobody has set: `null` where the model wants nothing or is not known. */
export function missingPrefixes({ id }: Pick<Embedder, "id">): Required<Prefixes> | null {
  if (/[?&](query|passage)=/.test(id)) return null;
  return modelConventions(id)?.prefixes ?? null;
}

/**
 * The embedder with the prefixes that its model was trained with, where its id names a known model that wants some and
 * none have been set; else the embedder as it is.
 */
export function withModelPrefixes(embedder: Embedder): Embedder {
  const missing = missingPrefixes(embedder);
  return missing === null ? embedder : withPrefixes(embedder, missing);
}
