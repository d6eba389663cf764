import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import type { LongJobOptions } from "../../base/progress.js";
import { checkVectorCount, checkVectorLength } from "../check-vectors.js";
import type { EmbeddedBatch } from "../embedder.js";

/**
 * One matrix of `rows` rows from batches in any order.
 *
 * @throws RangeError naming `id` when a row is missing or vectors differ in length.
 */
export async function collectBatches(
  id: string,
  rows: number,
  batches: AsyncIterable<EmbeddedBatch>,
  { onProgress }: LongJobOptions = {},
): Promise<Matrix> {
  let result: Matrix | undefined;
  let done = 0;
  for await (const { indices, vectors } of batches) {
    result ??= createMatrix(rows, vectors.cols);
    checkVectorLength(id, vectors.cols, result.cols, " like the first");
    for (const [k, index] of indices.entries()) rowOf(result, index).set(rowOf(vectors, k));
    done += indices.length;
    onProgress?.({ stage: "embed", done, total: rows });
  }
  checkVectorCount(id, done, rows);
  return result ?? createMatrix(0, 0);
}
