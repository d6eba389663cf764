// `exactWeights` of ../../../decompose/joined-vectors.ts in WebAssembly, bit for bit.
import { argument } from "../layout";

/** Poles that a piece of work covers: a line of the cache in every row of the gaps. */
const POLES: i32 = 8;

/** Arguments: poles, how many, the gaps (a row for each root), the products; all in double precision. */
export function exactWeights(piece: i32): void {
  const poles = <usize>argument(1);
  const n = argument(2);
  const gaps = <usize>argument(3);
  const products = <usize>argument(4);
  const rowBytes = (<usize>n) << 3;
  const from = (<usize>(piece * POLES)) << 3;
  const end = min(rowBytes, from + POLES * 8);
  const ones = f64x2.splat(1);
  for (let at = from; at < end; at += 16) {
    let row = gaps + at;
    if (at + 16 <= end) {
      const own = v128.load(poles + at);
      let product = f64x2.splat(-1);
      for (let pole = poles; pole < poles + rowBytes; pole += 8) {
        const distance = f64x2.sub(own, v128.load64_splat(pole));
        // Only a pole's distance to itself is zero: there the gap counts as it is.
        const divisor = v128.bitselect(ones, distance, f64x2.eq(distance, f64x2.splat(0)));
        product = f64x2.mul(product, f64x2.div(v128.load(row), divisor));
        row += rowBytes;
      }
      v128.store(products + at, product);
    } else {
      const own = load<f64>(poles + at);
      let product: f64 = -1;
      for (let pole = poles; pole < poles + rowBytes; pole += 8) {
        const distance = own - load<f64>(pole);
        product *= load<f64>(row) / (distance == 0 ? 1 : distance);
        row += rowBytes;
      }
      store<f64>(products + at, product);
    }
  }
}
