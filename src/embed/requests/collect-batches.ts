import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { EmbeddedBatch } from "../embedder.js";

/**
 * One matrix of `rows` rows from batches in any order.
 *
 * @throws Error naming `id` when a row is missing; RangeError when vectors differ in length.
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
    if (vectors.cols !== result.cols) {
      throw new RangeError(
        `${id}: expected vectors of ${result.cols} values like the first, received ${vectors.cols}`,
      );
    }
    for (const [k, index] of indices.entries()) rowOf(result, index).set(rowOf(vectors, k));
    done += indices.length;
    onProgress?.({ stage: "embed", done, total: rows });
  }
  if (done !== rows) throw new Error(`${id}: gave ${done} of ${rows} vectors`);
  return result ?? createMatrix(0, 0);
}
