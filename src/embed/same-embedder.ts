import { show } from "../base/show.js";

/**
 * Refuses an embedder under another id than what was made with it. The same model may stand behind two addresses: what to
 * do then is said.
 *
 * @param place The function and the argument, e.g. `"recheck: embedder"`.
 * @param expectation Which embedder it must be, its id in quotes.
 * @throws RangeError unless both ids are equal.
 */
export function checkSameEmbedder(
  place: string,
  expectation: string,
  received: string,
  wanted: string,
): void {
  if (received === wanted) return;
  throw new RangeError(
    `${place} must be ${expectation}, received ${show(received)}; if both are one model, give the embedder that id (createOpenAIEmbedder takes id, the command --embedder-id)`,
  );
}
