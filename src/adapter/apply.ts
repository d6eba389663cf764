import { addMatrices, subtractFromRows } from "../math/elementwise.js";
import { checkChoice } from "../base/checks.js";
import { checkIsAdapter } from "./check.js";
import { checkEmbedderOfVectors } from "./check-fits.js";
import { checkMatrix, fromRows, type Matrix } from "../math/matrix.js";
import { multiply } from "../math/multiply.js";
import type { ProductEngine } from "../math/engines/product-engine.js";
import { normalizeRows } from "../math/vectors.js";
import type { Adapter, AdapterSide } from "./adapter.js";

export interface ApplyOptions {
  /** Which of the adapter's two maps: that for queries or that for passages. */
  readonly side: "query" | "passage";
  /**
   * Id of the embedder the vectors come from: it must be the one that the adapter was fitted on, where that is known. Left out,
   * only the vectors' length is checked, and a warning says so once in a process; null says that this is meant.
   * @default undefined
   */
  readonly embedder?: string | null | undefined;
  /**
   * Scale each result to length 1, so that its inner product is its cosine (what vector stores index).
   * @default true
   */
  readonly normalize?: boolean | undefined;
}

/**
 * Customises one embedding or many: (x/|x| - center) · weights of the given side, then length 1.
 *
 * @param adapter What a fit returned or `loadAdapter` read.
 * @param vectors One vector of `adapter.inputDimensions` values, or a matrix with one per row, or a list of them. Their
 *   length is ignored.
 * @returns One vector of `adapter.outputDimensions` values, or a matrix with one per row. A vector that the map sends to
 *   zero stays zero.
 * @throws RangeError when the dimensions differ, a value is not finite, a vector is all zeros, or the vectors come from
 *   another embedder than the adapter was fitted on.
 */
export function applyAdapter(
  adapter: Adapter,
  vectors: Matrix | readonly ArrayLike<number>[],
  options: ApplyOptions,
): Matrix;
export function applyAdapter(
  adapter: Adapter,
  vectors: ArrayLike<number>,
  options: ApplyOptions,
): Float32Array;
export function applyAdapter(
  adapter: Adapter,
  vectors: Matrix | ArrayLike<number> | readonly ArrayLike<number>[],
  options: ApplyOptions,
): Matrix | Float32Array {
  // Whoever comes without types forgets the side first.
  const { side, embedder, normalize = true } = (options ?? {}) as ApplyOptions;
  checkChoice(side, "applyAdapter: side", ["query", "passage"]);
  checkIsAdapter(adapter, "applyAdapter");
  checkEmbedderOfVectors(adapter, embedder, "applyAdapter");
  const single = isOne(vectors);
  const input = single ? fromRows([vectors]) : "data" in vectors ? vectors : fromRows(vectors);
  if (input.cols !== adapter.inputDimensions) {
    throw new RangeError(
      `applyAdapter: vectors must have ${adapter.inputDimensions} dimensions, received ${input.cols}`,
    );
  }
  checkMatrix(input, `applyAdapter: ${side} vectors`, { zeroRows: false });
  const mapped = applySide(adapter[side], normalizeRows(input));
  const result = normalize ? normalizeRows(mapped) : mapped;
  return single ? result.data : result;
}

/** One vector, and no list of several. */
function isOne(
  vectors: Matrix | ArrayLike<number> | readonly ArrayLike<number>[],
): vectors is ArrayLike<number> {
  if ("data" in vectors) return false;
  return vectors.length === 0 || typeof vectors[0] !== "object";
}

/**
 * The bare affine map of one side, for rows that already have length 1; nothing is checked and nothing normalised.
 * `unit` itself is not changed.
 */
export function applySide({ center, weights, lowRank }: AdapterSide, unit: Matrix): Matrix {
  const centered = center === null ? unit : subtractFromRows(unit, center);
  if (weights !== null) return multiply(centered, weights);
  if (lowRank === null || lowRank === undefined) return centered;
  return addTo(multiply(multiply(centered, lowRank.left), lowRank.right), centered);
}

/** {@link applySide} with an engine's products. */
export async function applySideWith(
  engine: ProductEngine,
  { center, weights, lowRank }: AdapterSide,
  unit: Matrix,
): Promise<Matrix> {
  const centered = center === null ? unit : subtractFromRows(unit, center);
  if (weights !== null) return engine.multiply(centered, weights);
  if (lowRank === null || lowRank === undefined) return centered;
  const reduced = await engine.multiply(centered, lowRank.left);
  return addTo(await engine.multiply(reduced, lowRank.right), centered);
}

/** The sum, in the memory of `matrix`. */
const addTo = (matrix: Matrix, term: Matrix): Matrix => addMatrices(matrix, term, matrix.data);
