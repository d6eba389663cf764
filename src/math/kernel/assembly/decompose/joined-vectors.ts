// `joinedVectors` of ../../../decompose/joined-vectors.ts in WebAssembly, bit for bit.
import { argument } from "../layout";

/** Vectors that a piece of work covers. */
const VECTORS: i32 = 8;

/**
 * Arguments: the weights, how many, the gaps (a row for each root), which become the vectors, the first root wanted, the place of each
 * weight in a vector as 32-bit integers, a line of memory for each thread. All but the places in double precision.
 */
export function joinedVectors(piece: i32, slot: i32): void {
  const weights = <usize>argument(1);
  const n = argument(2);
  const rowBytes = (<usize>n) << 3;
  const places = <usize>argument(5);
  const line = <usize>argument(6) + <usize>slot * rowBytes;
  const first = argument(4) + piece * VECTORS;
  const end = min(n, first + VECTORS);
  for (let j = first; j < end; j++) {
    const row = <usize>argument(3) + <usize>j * rowBytes;
    let sums = f64x2.splat(0);
    let at: usize = 0;
    for (; at + 16 <= rowBytes; at += 16) {
      const x = f64x2.div(v128.load(weights + at), v128.load(row + at));
      v128.store(line + at, x);
      sums = f64x2.add(sums, f64x2.mul(x, x));
    }
    let squares = f64x2.extract_lane(sums, 0);
    if (at < rowBytes) {
      const x = load<f64>(weights + at) / load<f64>(row + at);
      store<f64>(line + at, x);
      squares += x * x;
    }
    squares += f64x2.extract_lane(sums, 1);
    const scale = 1 / sqrt(squares);
    for (let i: usize = 0; i < rowBytes; i += 8) {
      const place = (<usize>load<i32>(places + (i >> 1))) << 3;
      store<f64>(row + place, load<f64>(line + i) * scale);
    }
  }
}
