// The softmax of InfoNCE and its derivative by every cosine: src/train/losses/info-nce.ts in WebAssembly.
import { argument } from "../layout";
import { high, low, narrow } from "./lanes";

/** Queries a piece of work covers. */
const ROWS: i32 = 8;

/** e^x for x <= 0, in two lanes: `expOfNegative` of ../../../exponential.ts. */
function expOfNegative(x: v128): v128 {
  const y = f64x2.mul(f64x2.neg(x), f64x2.splat(1.4426950408889634));
  // Halves up, as JavaScript rounds.
  const up = f64x2.ceil(y);
  const over = f64x2.gt(f64x2.sub(up, f64x2.splat(0.5)), y);
  const k = f64x2.sub(up, v128.and(over, f64x2.splat(1)));
  const high = f64x2.mul(k, f64x2.splat(0.69314718036912381649));
  const low = f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10));
  const r = f64x2.add(f64x2.add(x, high), low);
  let sum = f64x2.splat(1.0 / 362880);
  sum = f64x2.add(f64x2.splat(1.0 / 40320), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 5040), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 720), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 120), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 24), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 6), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1), f64x2.mul(r, sum));
  // 2^-k by its bits.
  const integers = i64x2.extend_low_i32x4_u(i32x4.trunc_sat_f64x2_u_zero(k));
  const power = i64x2.shl(i64x2.sub(i64x2.splat(1023), integers), 52);
  const result = f64x2.mul(power, sum);
  // Far below 1 nothing is left; what is no number stays none.
  const near = f64x2.lt(k, f64x2.splat(64));
  const rest = v128.andnot(x, f64x2.eq(x, x));
  return v128.bitselect(result, rest, near);
}

/** What a passage is to a query that it matches: `Relation.match` of src/train/losses/rank-scores.ts. */
const MATCH: u8 = 2;

/**
 * The queries of one piece. Arguments: 1 the cosines, 2 passages, 3 values from one query's cosines to the next (a multiple
 * of eight), 4 queries, 5 where the derivatives go, laid out like the cosines, 6 anchors, 7 the query of each, 8 its passage,
 * 9 a byte for each cosine, what the passage is to the query, 10 temperature and share of an anchor over temperature, 11 a
 * row of room in double precision for each thread, 12 where two values go for each anchor, the sum of its softmax and the
 * largest cosine in it.
 */
export function softmax(piece: i32, slot: i32): void {
  const passages = argument(2);
  const rowBytes = (<usize>argument(3)) << 2;
  const anchors = argument(6);
  const queryOf = <usize>argument(7);
  const ownOf = <usize>argument(8);
  const temperature = f64x2.splat(load<f64>(<usize>argument(10)));
  const scale = load<f64>(<usize>argument(10), 8);
  const weights = <usize>argument(11) + <usize>slot * (rowBytes << 1);
  const end = min(argument(4), (piece + 1) * ROWS);
  for (let i = piece * ROWS; i < end; i++) {
    const cosines = <usize>argument(1) + <usize>i * rowBytes;
    const slopes = <usize>argument(5) + <usize>i * rowBytes;
    const relations = <usize>argument(9) + ((<usize>i * rowBytes) >> 2);
    memory.fill(slopes, 0, rowBytes);
    for (let anchor = 0; anchor < anchors; anchor++) {
      if (load<i32>(queryOf + ((<usize>anchor) << 2)) != i) continue;
      const own = load<i32>(ownOf + ((<usize>anchor) << 2));
      for (let j: usize = 0; j < rowBytes; j += 16) {
        const x = v128.load(cosines + j);
        v128.store(weights + (j << 1), low(x));
        v128.store(weights + (j << 1), high(x), 16);
      }
      // A further match is no negative: it counts as infinitely far. So does what fills the row up.
      for (let j = 0; (<usize>j) << 2 < rowBytes; j++) {
        if (j >= passages || (load<u8>(relations + j) == MATCH && j != own)) {
          store<f64>(weights + ((<usize>j) << 3), -Infinity);
        }
      }
      let tops = f64x2.splat(-Infinity);
      for (let j: usize = 0; j < rowBytes << 1; j += 16) {
        tops = f64x2.pmax(tops, v128.load(weights + j));
      }
      const top = max(f64x2.extract_lane(tops, 0), f64x2.extract_lane(tops, 1));
      const pair = f64x2.splat(top);
      let total: f64 = 0;
      for (let j: usize = 0; j < rowBytes << 1; j += 16) {
        const x = f64x2.div(f64x2.sub(v128.load(weights + j), pair), temperature);
        const weight = expOfNegative(x);
        v128.store(weights + j, weight);
        total += f64x2.extract_lane(weight, 0);
        total += f64x2.extract_lane(weight, 1);
      }
      const result = <usize>argument(12) + ((<usize>anchor) << 4);
      store<f64>(result, total);
      store<f64>(result, top, 8);
      const share = f64x2.splat(scale / total);
      for (let j: usize = 0; j < rowBytes; j += 16) {
        const x = v128.load(slopes + j);
        const first = f64x2.mul(v128.load(weights + (j << 1)), share);
        const second = f64x2.mul(v128.load(weights + (j << 1), 16), share);
        v128.store(slopes + j, narrow(f64x2.add(low(x), first), f64x2.add(high(x), second)));
      }
      const at = slopes + ((<usize>own) << 2);
      store<f32>(at, <f32>(<f64>load<f32>(at) - scale));
    }
  }
}
