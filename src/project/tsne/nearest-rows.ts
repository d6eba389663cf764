import type { Progress } from "../../base/progress.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import { topK } from "../../math/top-k.js";
import { columnMeans, innerProduct } from "../../math/vectors.js";
import { enter, findNearest, type NearList } from "../distances.js";

/** Rows between two reports. */
const BLOCK = 512;
/** Candidates beyond those asked for: they show that no other row is nearer. */
const SPARE = 8;

/**
 * The `count` nearest other rows of every row, exactly. Candidates come from {@link topK}, in single precision; their
 * distances are measured in 64 bits. Where rounding could hide a nearer row (rows nearly equal, but far from the mean), all
 * rows are measured. Yields as it goes on.
 *
 * @param count from 1 to rows - 1
 * @returns the lists of all rows, one after the other.
 */
export function* nearestRows(vectors: Matrix, count: number): Generator<Progress, NearList> {
  const { rows } = vectors;
  const { queries, corpus, lengths, error, scale } = asInnerProducts(vectors);
  const wanted = Math.min(rows - 1, count + SPARE);
  const indices = new Int32Array(rows * count);
  const squared = new Float64Array(rows * count);
  for (let start = 0; start < rows; start += BLOCK) {
    yield { stage: "neighbors", done: start, total: rows };
    const block = rowRange(queries, start, start + BLOCK);
    const best = topK(block, corpus, wanted, { exclude: (query, row) => query + start === row });
    for (let i = start; i < start + block.rows; i++) {
      const list: NearList = {
        indices: indices.subarray(i * count, (i + 1) * count),
        squared: squared.subarray(i * count, (i + 1) * count).fill(Infinity),
      };
      const first = (i - start) * wanted;
      const last = first + wanted - 1;
      for (let k = first; k <= last; k++) enter(list, vectors, i, best.indices[k]);
      if (wanted === rows - 1) continue;
      // ‖x - y‖² = ‖x‖² - 2 (x·y - ‖y‖²/2), and what topK left out has at most the score of its last.
      const leftOut = lengths[i] - 2 * (best.scores[last] + error);
      if (!(list.squared[count - 1] * scale ** 2 < leftOut)) findNearest(list, vectors, i);
    }
  }
  return { indices, squared };
}

/**
 * Rows whose inner products x·y - ‖y‖²/2 are greatest where rows are nearest: moved to the mean and scaled to numbers of at
 * most 1, so that they keep their digits; with their squared lengths and what rounding may do to a product.
 */
function asInnerProducts(vectors: Matrix) {
  const { rows, cols } = vectors;
  const centered = subtractFromRows(vectors, columnMeans(vectors));
  const largest = centered.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scale = largest > 0 ? 1 / largest : 1;
  const queries = createMatrix(rows, cols + 1);
  const corpus = createMatrix(rows, cols + 1);
  const lengths = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const start = i * (cols + 1);
    for (let j = 0; j < cols; j++) {
      queries.data[start + j] = centered.data[i * cols + j] * scale;
    }
    lengths[i] = innerProduct(queries.data, start, queries.data, start, cols);
    corpus.data.set(queries.data.subarray(start, start + cols), start);
    queries.data[start + cols] = 1;
    corpus.data[start + cols] = -lengths[i] / 2;
  }
  // A unit in the last place for each of at most 256 sums in single precision, and some for the rounded operands.
  const longest = lengths.reduce((most, x) => Math.max(most, x), 0);
  const error = (Math.min(cols, 256) + 16) * 2 ** -24 * longest;
  return { queries, corpus, lengths, error, scale };
}
