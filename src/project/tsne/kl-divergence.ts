import { checkInteger } from "../../base/checks.js";
import type { Matrix } from "../../math/matrix.js";
import { squaredDistance } from "../distances.js";
import { checkPointOfEach } from "../point-of-each.js";
import { fitGaussian, probabilityAt, type Gaussian } from "./gaussian.js";
import { perplexityFor } from "./perplexity.js";

export interface KlDivergenceOptions {
  /** As of the picture that is measured, from 1 to n - 1. @default 30; of fewer than 91 rows (n - 1) / 3, but at least 1 */
  readonly perplexity?: number | undefined;
}

/**
 * The Kullback–Leibler divergence that t-SNE minimises (van der Maaten & Hinton 2008), in nats, of all pairs and exactly: between
 * the Gaussian affinities of the rows of `vectors` (n × d) and Student's of `points` (n × k), whatever made these. Less is
 * better. It compares pictures of the same vectors under the same perplexity. Takes n² d steps.
 *
 * @throws RangeError for fewer than 3 rows, another number of points than of vectors, a value that is not finite, or a
 *   perplexity that is not from 1 to n - 1.
 */
export function klDivergence(
  vectors: Matrix,
  points: Matrix,
  { perplexity: given }: KlDivergenceOptions = {},
): number {
  const { rows } = vectors;
  checkPointOfEach(vectors, points, "klDivergence");
  checkInteger(rows, "klDivergence: rows", { least: 3 });
  const gaussians = fitGaussians(vectors, perplexityFor(rows, given, "klDivergence"));
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      const squared = squaredDistance(vectors, i, j);
      const both = probabilityAt(gaussians[i], squared) + probabilityAt(gaussians[j], squared);
      const p = both / (2 * rows);
      const q = 1 / (1 + squaredDistance(points, i, j));
      if (p > 0) sum += p * Math.log(p / q);
      total += q;
    }
  }
  return 2 * sum + Math.log(2 * total);
}

function fitGaussians(vectors: Matrix, perplexity: number): Gaussian[] {
  const others = new Float64Array(vectors.rows - 1);
  return Array.from({ length: vectors.rows }, (_, i) => {
    for (let j = 0; j < vectors.rows; j++) {
      if (j !== i) others[j < i ? j : j - 1] = squaredDistance(vectors, i, j);
    }
    return fitGaussian(others, perplexity);
  });
}
