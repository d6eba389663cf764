import type { PairColumns } from "../../src/data/types.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";
import { normalizeRows } from "../../src/math/vectors.js";
import type { TrainingPairs } from "../../src/data/training-pairs.js";

/** Standard normal rows. */
export function normalMatrix(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

export function columns(rows: readonly (readonly [number, number, number])[]): PairColumns {
  return {
    query: Uint32Array.from(rows, ([query]) => query),
    passage: Uint32Array.from(rows, ([, passage]) => passage),
    label: Uint8Array.from(rows, ([, , label]) => label),
  };
}

/**
 * A task that a matrix can learn: a query is its passage in the first half of the dimensions and noise of its own in
 * the second half. Query i belongs to passage i; each has `negatives` random wrong passages besides.
 */
export function noisyTask(
  queries: number,
  {
    dimensions = 16,
    negatives = 2,
    seed = "task",
  }: { dimensions?: number; negatives?: number; seed?: string } = {},
): TrainingPairs {
  const random = createRandom(seed);
  const passages = normalMatrix(queries, dimensions, `${seed}/passages`);
  const table = normalMatrix(queries, dimensions, `${seed}/queries`);
  const pairs: [number, number, number][] = [];
  for (let i = 0; i < queries; i++) {
    for (let j = 0; j < dimensions; j++) {
      const at = i * dimensions + j;
      if (j < dimensions / 2) table.data[at] = passages.data[at] + 0.3 * table.data[at];
      else table.data[at] *= 1.5;
    }
    pairs.push([i, i, 1]);
    for (let n = 0; n < negatives; n++) {
      pairs.push([i, (i + 1 + random.integer(queries - 1)) % queries, 0]);
    }
  }
  return {
    queries: normalizeRows(table),
    passages: normalizeRows(passages),
    pairs: columns(pairs),
  };
}
