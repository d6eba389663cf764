import { checkMatrix, gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
import { dot, norm, normalizeRows } from "../../math/vectors.js";
import { chunkedTopK } from "./chunked-top-k.js";
import type { MiningTexts } from "../mining/mining-texts.js";
import type { NeighborIndex } from "./neighbor-index.js";
import { quoteText } from "../compare-texts.js";

/** Vectors of the texts of an index: row `i` belongs to text `i`. */
export interface MiningVectors {
  readonly queries: Matrix;
  readonly passages: Matrix;
}

export interface VectorIndexOptions {
  /** What "near" means. @default "cosine" */
  readonly similarity?: "cosine" | "dot" | undefined;
}

/**
 * An exact index over given vectors: every passage is compared with every query. Vectors that have length 1 already,
 * as those of OpenAI do, are used in place; others are copied for the cosine.
 *
 * @throws RangeError when rows and texts do not correspond, dimensions differ, or a value is not finite or (for the
 * cosine) a row all zeros.
 */
export function vectorIndex(
  texts: MiningTexts,
  vectors: MiningVectors,
  { similarity = "cosine" }: VectorIndexOptions = {},
): NeighborIndex {
  checkRows(texts.queries, vectors.queries, "queries");
  checkRows(texts.passages, vectors.passages, "passages");
  if (vectors.queries.cols !== vectors.passages.cols) {
    throw new RangeError(
      `vectorIndex: queries have ${vectors.queries.cols} dimensions, passages have ${vectors.passages.cols}`,
    );
  }
  const prepare = similarity === "cosine" ? unitRows : checkFinite;
  const queries = prepare(vectors.queries, "queries");
  const passages = prepare(vectors.passages, "passages");
  const queryRows = new Map(texts.queries.map((text, i) => [text, i]));
  const passageRows = new Map(texts.passages.map((text, i) => [text, i]));
  return {
    async search(asked, k, { signal } = {}) {
      signal?.throwIfAborted();
      const rows = asked.map((query) => rowOfText(queryRows, query, "query"));
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
      const vector = rowOf(queries, rowOfText(queryRows, query, "query"));
      return asked.map((text) =>
        Math.fround(dot(vector, rowOf(passages, rowOfText(passageRows, text, "passage")))),
      );
    },
  };
}

function checkRows(texts: readonly string[], matrix: Matrix, name: string): void {
  if (texts.length !== matrix.rows) {
    throw new RangeError(
      `vectorIndex: ${texts.length} ${name} need as many rows, received ${matrix.rows}`,
    );
  }
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

function rowOfText(rows: ReadonlyMap<string, number>, text: string, side: string): number {
  const row = rows.get(text);
  if (row === undefined) throw new RangeError(`${side} ${quoteText(text)} is not in the index`);
  return row;
}
