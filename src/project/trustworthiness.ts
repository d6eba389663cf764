import { checkInteger } from "../base/checks.js";
import type { Matrix } from "../math/matrix.js";
import { findNearest, squaredDistance } from "./distances.js";
import { checkPointOfEach } from "./point-of-each.js";

export interface TrustworthinessOptions {
  /** Neighbours in the picture that are asked about: from 1 to less than n / 2. @default 5 */
  readonly neighbors?: number | undefined;
}

/**
 * Whether neighbours in a picture are neighbours in the data (Venna & Kaski 2001), 0 to 1: each of the `neighbors` nearest
 * `points` (n × k) of a point costs by how far down it ranks among the neighbours of its row of `vectors` (n × d), by
 * Euclidean distance. As scikit-learn's `trustworthiness`; equally near ones rank by index. Takes n² d steps.
 *
 * @throws RangeError for another number of points than of vectors, a value that is not finite, or `neighbors` that are not from
 *   1 to less than n / 2.
 */
export function trustworthiness(
  vectors: Matrix,
  points: Matrix,
  { neighbors = 5 }: TrustworthinessOptions = {},
): number {
  const { rows } = vectors;
  checkPointOfEach(vectors, points, "trustworthiness");
  checkInteger(neighbors, "trustworthiness: neighbors", {
    least: 1,
    most: Math.ceil(rows / 2) - 1,
  });
  const squared = new Float64Array(rows);
  const near = { indices: new Int32Array(neighbors), squared: new Float64Array(neighbors) };
  let cost = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) squared[j] = squaredDistance(vectors, i, j);
    findNearest(near, points, i);
    for (const neighbor of near.indices) {
      let rank = 1;
      for (let j = 0; j < rows; j++) {
        const isNearer =
          squared[j] < squared[neighbor] || (squared[j] === squared[neighbor] && j < neighbor);
        if (j !== i && isNearer) rank++;
      }
      cost += Math.max(0, rank - neighbors);
    }
  }
  return 1 - (2 * cost) / (rows * neighbors * (2 * rows - 3 * neighbors - 1));
}
