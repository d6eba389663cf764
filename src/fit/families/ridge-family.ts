import { gatherRows } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { normalizeRows } from "../../math/vectors.js";
import type { Family } from "./family.js";
import { remember } from "./remember.js";
import { ridgeToIdentity } from "./ridge-map.js";

/**
 * Ridge regression of passages on queries, held near the identity: the query side becomes its expected passage, indexed
 * passages stay as they are. Nothing is centred, so that G alone is the adapter.
 *
 * @param mus Penalties on |G - I|², in units of the mean eigenvalue of the queries' second moment.
 */
export function ridgeFamily(mus: readonly number[]): Family {
  return {
    name: "ridge",
    points: mus.map((mu) => ({ mu })),
    fit(data, { query, passage }) {
      const mapAt = remember(
        ridgeToIdentity(gatherRows(data.queries, query), gatherRows(data.passages, passage)),
        (mu) => mu,
      );
      return {
        sides: ({ mu }) => ({
          query: { center: null, weights: mapAt(mu).matrix() },
          passage: { center: null, weights: null },
          outputDimensions: data.queries.cols,
        }),
        scorer: (queries, passages) => {
          // Mapped rows need no d × d matrix.
          return ({ mu }) =>
            multiply(normalizeRows(mapAt(mu).apply(queries)), passages, { transposeB: true });
        },
      };
    },
  };
}
