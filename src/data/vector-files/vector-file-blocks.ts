import type { AbortSignalLike } from "../../base/progress.js";
import type { Matrix } from "../../math/matrix.js";
import { sniff } from "./sniff.js";
import { readVectorBlocks } from "./vector-blocks.js";

export interface VectorFileBlocksOptions {
  /** The field or column that holds the vector, in JSON lines and parquet. @default "vector" */
  readonly column?: string | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * The vectors of a `.npy`, JSON lines or parquet file in blocks of 8 MB, as often as they are asked for: a corpus that need not fit in
 * memory. Each reading opens the file anew; nothing is opened before.
 *
 * @returns What gives the blocks, from the first row on. From reading: DataError naming the file, and the line or row at fault.
 */
export function vectorFileBlocks(
  path: string,
  { column = "vector", signal = new AbortController().signal }: VectorFileBlocksOptions = {},
): () => AsyncGenerator<Matrix, void, undefined> {
  return async function* () {
    const file = await sniff(path, signal);
    for await (const { rows } of readVectorBlocks(file, { column, signal })) yield rows;
  };
}
