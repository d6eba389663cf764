import type { AdapterSide } from "../../adapter/adapter.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { BridgeMoments } from "./bridge-moments.js";

/** What is subtracted from new vectors of a kind of text, and where their mean lies among the old. */
export interface Shift {
  readonly center: Float64Array;
  readonly offset: Float64Array;
}

/** In fewer dimensions every direction counts, and none is given up for an offset. */
const leastDimensionsWithOffset = 32;
/** How far the center is moved along the direction given up: what vectors vary by there then counts this much less. */
const reach = 8;

/**
 * (x - center)·G + offset in the form of an adapter, which adds nothing behind its weights: along the direction in which new
 * vectors spread least the center is moved away, and the weights turn that distance into the offset. What the map made of that
 * direction is lost.
 */
export function bridgeSides(
  { from, to }: BridgeMoments,
  map: Matrix,
  texts: Shift,
  queries: Pick<Shift, "center"> | null,
): { readonly query: AdapterSide; readonly passage: AdapterSide } {
  const weights = multiply(multiply(from.vectors, map), to.vectors, { transposeB: true });
  const { rows: d, cols: k } = weights;
  const center = Float32Array.from(texts.center);
  if (d >= leastDimensionsWithOffset) {
    const least = leastDirection(from.vectors);
    const lost = new Float64Array(k);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < k; j++) lost[j] += least[i] * weights.data[i * k + j];
    }
    for (let i = 0; i < d; i++) {
      center[i] = texts.center[i] - reach * least[i];
      for (let j = 0; j < k; j++) {
        weights.data[i * k + j] += least[i] * (texts.offset[j] / reach - lost[j]);
      }
    }
  }
  const passage = { center, weights };
  return {
    query: queries === null ? passage : { center: Float32Array.from(queries.center), weights },
    passage,
  };
}

/** A unit vector outside the basis, or its last one where there is nothing outside. */
function leastDirection(vectors: Matrix): Float64Array {
  const { rows: d, cols: rank, data } = vectors;
  const column = (j: number): Float64Array =>
    Float64Array.from({ length: d }, (_, i) => data[i * rank + j]);
  if (rank === d) return column(rank - 1);
  // The axis that lies farthest outside, less its part inside; twice, for rounding.
  const inside = Float64Array.from({ length: d }, (_, i) =>
    data.subarray(i * rank, (i + 1) * rank).reduce((sum, value) => sum + value ** 2, 0),
  );
  const direction = new Float64Array(d);
  direction[inside.indexOf(Math.min(...inside))] = 1;
  for (let round = 0; round < 2; round++) {
    const parts = multiply({ rows: 1, cols: d, data: Float32Array.from(direction) }, vectors);
    const back = createMatrix(1, rank, parts.data);
    const projected = multiply(back, vectors, { transposeB: true });
    for (let i = 0; i < d; i++) direction[i] -= projected.data[i];
    const length = Math.hypot(...direction);
    for (let i = 0; i < d; i++) direction[i] /= length;
  }
  return direction;
}
