import type { AdapterSide } from "../../adapter/adapter.js";
import { addToDiagonal, createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { spectralMatrix } from "./spectral-basis.js";

/**
 * I + U diag(s - 1) Uᵀ for orthonormal columns U: kept as low rank when that is cheaper to apply than a dense matrix.
 * Directions that the scales leave alone (to 1 in 10⁴) are dropped.
 */
export function spectralMap(
  vectors: Matrix,
  scales: Float64Array,
): Pick<AdapterSide, "weights" | "lowRank"> {
  const d = vectors.rows;
  const kept: number[] = [];
  for (let j = 0; j < scales.length; j++) if (Math.abs(scales[j] - 1) > 1e-4) kept.push(j);
  if (kept.length === 0) return { weights: null };
  if (2 * kept.length >= d && scales.length === d) {
    // Nothing lies outside the basis: without the 1 and the -1, small scales keep all their digits.
    return { weights: spectralMatrix(vectors, scales) };
  }
  const left = createMatrix(d, kept.length);
  const right = createMatrix(kept.length, d);
  for (const [at, j] of kept.entries()) {
    for (let i = 0; i < d; i++) {
      const value = vectors.data[i * vectors.cols + j];
      left.data[i * kept.length + at] = value * (scales[j] - 1);
      right.data[at * d + i] = value;
    }
  }
  if (2 * kept.length < d) return { weights: null, lowRank: { left, right } };
  const weights = multiply(left, right);
  addToDiagonal(weights, 1);
  return { weights };
}
