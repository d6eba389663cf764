import { engineOfCall } from "../engines/engine-scope.js";
import { everyScore, type HighScores } from "../engines/product-engine.js";
import { loadKernel } from "../kernel/kernel.js";
import { OPERATION } from "../kernel/kernel-instance.js";
import { TILE_SUMS } from "../kernel/simd-product.js";
import { simdSelect, type TakeScore, type Thresholds } from "../kernel/simd-select.js";
import type { Matrix } from "../matrix.js";
import { multiply } from "../multiply.js";
import { single, singleBits } from "../single-bits.js";

/** Fewer multiplications are done sooner than operands are packed. */
const SMALL = 4096;

/**
 * Compares the products of rows with thresholds, in the tiles in which they are made: none is stored. A score above
 * `high[t]` adds 1 to `counts[t]`; one that for some threshold of its row is neither above `high` nor less than `low` is
 * handed over, once, as is one that is no number. The scores are those of `multiply(a, b, { transposeB: true })`, bit for bit,
 * with WebAssembly or without, on any number of threads; inside `withEngine` those of the engine.
 *
 * @param a m × d.
 * @param b n × d.
 * @param counts One per threshold; added to.
 * @param take Must multiply nothing.
 */
export function selectScores(
  a: Matrix,
  b: Matrix,
  thresholds: Thresholds,
  counts: Float64Array,
  take: TakeScore,
): void {
  const small = b.rows <= 2 || a.rows * b.data.length < SMALL;
  const engine = engineOfCall();
  const kernel = small || engine ? null : loadKernel();
  if (kernel !== null) {
    const single = { operation: OPERATION.productSingle, tileSums: TILE_SUMS };
    simdSelect(kernel, single, a, b, thresholds, counts, take);
  } else if (!small && engine?.highScoresSync !== undefined) {
    const { begins, low } = thresholds;
    // The last threshold of a row is the least; a row without any wants nothing.
    const floors = Float32Array.from({ length: a.rows }, (_, i) =>
      begins[i + 1] > begins[i] ? low[begins[i + 1] - 1] : Infinity,
    );
    for (const scores of engine.highScoresSync(a, b, floors)) {
      selectFromGroups(scores, b.rows, thresholds, counts, take);
    }
  } else selectFrom(multiply(a, b, { transposeB: true }), thresholds, counts, take);
}

/** {@link selectScores} of scores that are there, a row of `scores` for each row that has thresholds. */
export function selectFrom(
  scores: Matrix,
  thresholds: Thresholds,
  counts: Float64Array,
  take: TakeScore,
): void {
  selectFromGroups(everyScore(scores), scores.cols, thresholds, counts, take);
}

/** {@link selectScores} of a product with so many columns, of which all scores are there that are not less than all thresholds of their row. */
function selectFromGroups(
  { rows, columns, width, scores }: HighScores,
  cols: number,
  { begins, low, high }: Thresholds,
  counts: Float64Array,
  take: TakeScore,
): void {
  for (let group = 0; group < rows.length; group++) {
    const i = rows[group];
    const first = begins[i];
    const last = begins[i + 1] - 1;
    if (last < first) continue;
    const floor = low[last];
    const column = columns[group];
    const end = Math.min(cols, column + width);
    for (let j = column, at = group * width; j < end; j++, at++) {
      const score = scores[at];
      if (score < floor) continue;
      let near = false;
      for (let t = last; t >= first && !(score < low[t]); t--) {
        if (score > high[t]) counts[t]++;
        else near = true;
      }
      if (near) take(i, j, score);
    }
  }
}

/** The single-precision number next to x on the side of `above`. */
function neighbor(x: number, above: boolean): number {
  single[0] = x;
  if (x === 0) {
    singleBits[0] = above ? 1 : 0x8000_0001;
  } else singleBits[0] += x > 0 === above ? 1 : -1;
  return single[0];
}

/** The least single-precision number that is no less than x: a score is less than it just when it is less than x. */
export function roundUp(x: number): number {
  const nearest = Math.fround(x);
  return nearest < x ? neighbor(nearest, true) : nearest;
}

/** The greatest that is no greater than x: a score is above it just when it is above x. */
export function roundDown(x: number): number {
  const nearest = Math.fround(x);
  return nearest > x ? neighbor(nearest, false) : nearest;
}
