// A step of Adam in place: src/train/optimizers/adam.ts in WebAssembly.
import { argument } from "../layout";
import { high, low, narrow } from "./lanes";

/** Values a piece of work covers. */
const VALUES: i32 = 8192;

/**
 * Arguments: the values, their running means and mean squares, the gradient, how many (a multiple of four), and where eight
 * factors lie in double precision, in the order above.
 */
export function adam(piece: i32): void {
  let values = <usize>argument(1);
  let mean = <usize>argument(2);
  let square = <usize>argument(3);
  let gradient = <usize>argument(4);
  const count = argument(5);
  const factors = <usize>argument(6);
  const first = v128.load64_splat(factors);
  const newShare = v128.load64_splat(factors, 8);
  const beta2 = v128.load64_splat(factors, 16);
  const newSquareShare = v128.load64_splat(factors, 24);
  const rate = v128.load64_splat(factors, 32);
  const squareScale = v128.load64_splat(factors, 40);
  const epsilon = v128.load64_splat(factors, 48);
  const keep = v128.load64_splat(factors, 56);
  const offset = (<usize>(piece * VALUES)) << 2;
  values += offset;
  mean += offset;
  square += offset;
  gradient += offset;
  const end = min(count, (piece + 1) * VALUES);
  for (let i = piece * VALUES; i < end; i += 4) {
    const g = v128.load(gradient);
    const m = v128.load(mean);
    const v = v128.load(square);
    const x = v128.load(values);
    const g0 = low(g);
    const g1 = high(g);
    // What is kept in single precision is what the step is taken by.
    const nextMean = narrow(
      f64x2.add(f64x2.mul(first, low(m)), f64x2.mul(newShare, g0)),
      f64x2.add(f64x2.mul(first, high(m)), f64x2.mul(newShare, g1)),
    );
    const nextSquare = narrow(
      f64x2.add(f64x2.mul(beta2, low(v)), f64x2.mul(f64x2.mul(newSquareShare, g0), g0)),
      f64x2.add(f64x2.mul(beta2, high(v)), f64x2.mul(f64x2.mul(newSquareShare, g1), g1)),
    );
    v128.store(mean, nextMean);
    v128.store(square, nextSquare);
    const root0 = f64x2.add(f64x2.sqrt(f64x2.mul(low(nextSquare), squareScale)), epsilon);
    const root1 = f64x2.add(f64x2.sqrt(f64x2.mul(high(nextSquare), squareScale)), epsilon);
    const step0 = f64x2.div(f64x2.mul(rate, low(nextMean)), root0);
    const step1 = f64x2.div(f64x2.mul(rate, high(nextMean)), root1);
    const kept0 = f64x2.mul(keep, low(x));
    const kept1 = f64x2.mul(keep, high(x));
    v128.store(values, narrow(f64x2.sub(kept0, step0), f64x2.sub(kept1, step1)));
    values += 16;
    mean += 16;
    square += 16;
    gradient += 16;
  }
}
