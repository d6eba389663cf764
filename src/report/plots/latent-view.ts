import { show } from "../../base/show.js";
import type { LatentSpace } from "../../project/latent-space.js";
import type { LatentView } from "./plot-data.js";

/**
 * A latent space with its texts, ready to be shown.
 *
 * @throws RangeError when a point has no text.
 */
export function latentView(
  { coordinates, points, links, method, explainedVarianceRatio }: LatentSpace,
  {
    queries,
    passages,
    title,
  }: {
    /** Text of each row of the queries the space was made from. */
    readonly queries: readonly string[];
    /** Text of each row of the passages the space was made from. */
    readonly passages: readonly string[];
    /** Heading of the plot. */
    readonly title?: string | undefined;
  },
): LatentView {
  const { cols, data } = coordinates;
  return {
    title,
    method,
    explainedVarianceRatio,
    links,
    points: points.map(({ side, row }, i) => {
      const text = (side === "query" ? queries : passages)[row] as string | undefined;
      if (text === undefined) {
        throw new RangeError(
          `latentView: ${side === "query" ? "queries" : "passages"}[${row}] must be the text of a point, received ${show(text)}`,
        );
      }
      const [x, y] = [data[i * cols], data[i * cols + 1]];
      return { side, x, y, text, ...(cols > 2 ? { z: data[i * cols + 2] } : {}) };
    }),
  };
}
