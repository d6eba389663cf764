import { checkInteger } from "../base/checks.js";
import type { Adapter } from "./adapter.js";
import { createAdapter } from "./create-adapter.js";
import { identitySide } from "./identity-side.js";

/**
 * The adapter that changes nothing: what a fit returns when there is no evidence of a gain.
 *
 * @param dimensions Length of the vectors.
 * @param embedder Id of the embedder they come from; `null` when unknown.
 * @throws RangeError when `dimensions` is no integer >= 1.
 */
export function identityAdapter(dimensions: number, embedder: string | null = null): Adapter {
  checkInteger(dimensions, "identityAdapter: dimensions", { least: 1 });
  return createAdapter({
    inputDimensions: dimensions,
    query: identitySide,
    passage: identitySide,
    embedder,
    method: "identity",
  });
}
