import type { Matrix } from "../../math/matrix.js";
import type { Adapter } from "../adapter.js";
import { applyAdapter } from "../apply.js";
import { prepareAdapter, type PreparedAdapter } from "./prepare-adapter.js";

/**
 * Applies an adapter to what comes, many rows or one, to the same bits: a single vector, as a search has it, goes through maps that
 * are laid out with the first of them, for laying them out takes many times as long as one vector does. Whose the vectors are is for
 * the caller to check.
 */
export function rowAdapter(
  adapter: Adapter,
): (vectors: Matrix, side: "query" | "passage") => Matrix {
  let prepared: PreparedAdapter | undefined;
  return (vectors, side) => {
    if (vectors.rows !== 1) return applyAdapter(adapter, vectors, { side, embedder: null });
    prepared ??= prepareAdapter(adapter, { embedder: null });
    const data = prepared[side](vectors.data);
    return { rows: 1, cols: data.length, data };
  };
}
