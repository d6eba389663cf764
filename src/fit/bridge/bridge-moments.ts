import { subtractFromRows } from "../../math/elementwise.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnMeans } from "../../math/vectors.js";
import { scaleMatrix, stackRows } from "../matrix-layout.js";
import { basisOfRows, type SpectralBasis } from "../spectral/spectral-basis.js";

/** The same texts embedded with both models: row i of each is one text's. */
export interface TwoVectors {
  readonly old: Matrix;
  readonly new: Matrix;
}

/** What all maps between two embeddings are made from. */
export interface BridgeMoments {
  /** Of the new vectors, each kind of text centred on its own mean. */
  readonly from: SpectralBasis;
  /** Of the old ones. */
  readonly to: SpectralBasis;
  /** The cross-covariance in these two bases, rank of `from` × rank of `to`. */
  readonly cross: Matrix;
}

/**
 * @param kinds Texts by kind, such as passages and questions: models that embed the two differently shift them apart, which
 *   says nothing of how one space is turned into the other.
 */
export function bridgeMoments(kinds: readonly TwoVectors[]): BridgeMoments {
  const stacked = (side: keyof TwoVectors): Matrix =>
    kinds.map((kind) => subtractFromRows(kind[side], columnMeans(kind[side]))).reduce(stackRows);
  const newRows = stacked("new");
  const oldRows = stacked("old");
  const from = basisOfRows(newRows);
  const to = basisOfRows(oldRows);
  const cross = multiply(multiply(newRows, from.vectors), multiply(oldRows, to.vectors), {
    transposeA: true,
  });
  return { from, to, cross: scaleMatrix(cross, 1 / newRows.rows) };
}
