import { checkChoice, checkInteger } from "../../base/checks.js";
import {
  checkMatrix,
  checkSameDimensions,
  gatherRows,
  rowOf,
  type Matrix,
} from "../../math/matrix.js";
import { dot, norm, normalizeRows } from "../../math/vectors.js";
import { chunkedTopK } from "./chunked-top-k.js";
import type { MiningTexts } from "../mining/mining-texts.js";
import type { NeighborIndex } from "./neighbor-index.js";
import { checkRowsOfTexts, createRowFinder } from "./text-rows.js";

/** Vectors of the texts of an index: row `i` belongs to text `i`, both sides have the same dimensions. */
export interface MiningVectors {
  /** queries × dimensions */
  readonly queries: Matrix;
  /** passages × dimensions */
  readonly passages: Matrix;
}

export interface VectorIndexOptions {
  /** What "near" means. @default "cosine" */
  readonly similarity?: "cosine" | "dot" | undefined;
}

const caller = "createVectorIndex";

/**
 * An exact index over given vectors: every passage is compared with every query. Vectors that have length 1 already,
 * as those of OpenAI do, are used in place; others are copied for the cosine.
 *
 * @throws RangeError when rows and texts do not correspond, dimensions differ, or a value is not finite or (for the
 * cosine) a row all zeros.
 */
export function createVectorIndex(
  texts: MiningTexts,
  vectors: MiningVectors,
  { similarity = "cosine" }: VectorIndexOptions = {},
): NeighborIndex {
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  checkRowsOfTexts("queries", texts.queries, vectors.queries.rows, caller);
  checkRowsOfTexts("passages", texts.passages, vectors.passages.rows, caller);
  checkSameDimensions(
    vectors.queries,
    `${caller}: vectors.queries`,
    vectors.passages,
    "vectors.passages",
  );
  const prepare = similarity === "cosine" ? unitRows : checkFinite;
  const queries = prepare(vectors.queries, `${caller}: vectors.queries`);
  const passages = prepare(vectors.passages, `${caller}: vectors.passages`);
  const rowOfQuery = createRowFinder(texts.queries, `${caller}: query`);
  const rowOfPassage = createRowFinder(texts.passages, `${caller}: passage`);
  return {
    async search(asked, k, { signal } = {}) {
      checkInteger(k, `${caller}: k`, { least: 1 });
      signal?.throwIfAborted();
      const rows = asked.map(rowOfQuery);
      const block = gatherRows(queries, rows);
      const { indices, scores } = await chunkedTopK(block, passages, k, signal);
      return rows.map((_, i) => {
        const found = indices.subarray(i * k, (i + 1) * k);
        const count = found.indexOf(-1);
        return Array.from(count < 0 ? found : found.subarray(0, count), (row, j) => ({
          text: texts.passages[row],
          score: scores[i * k + j],
        }));
      });
    },
    score(query, asked) {
      const vector = rowOf(queries, rowOfQuery(query));
      return asked.map((text) => Math.fround(dot(vector, rowOf(passages, rowOfPassage(text)))));
    },
  };
}

function checkFinite(matrix: Matrix, name: string): Matrix {
  checkMatrix(matrix, name);
  return matrix;
}

/** How far from 1 the length of a unit vector may be: single precision, summed over thousands of dimensions. */
const UNIT_TOLERANCE = 1e-6;

/** Rows of length 1; the same matrix where they are that already, for a corpus fills memory once. */
function unitRows(matrix: Matrix, name: string): Matrix {
  checkMatrix(matrix, name, { zeroRows: false });
  for (let i = 0; i < matrix.rows; i++) {
    if (Math.abs(norm(rowOf(matrix, i)) - 1) > UNIT_TOLERANCE) return normalizeRows(matrix);
  }
  return matrix;
}
