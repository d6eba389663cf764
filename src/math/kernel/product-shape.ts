import { createMatrix, shapeOf, type Matrix } from "../matrix.js";

export interface MultiplyOptions {
  /** Use aᵀ in place of a. @default false */
  readonly transposeA?: boolean;
  /** Use bᵀ in place of b. @default false */
  readonly transposeB?: boolean;
  /** Memory for the result, which is overwritten: m × n values, none of them an operand's. @default fresh memory */
  readonly out?: Float32Array | undefined;
}

export interface ProductSizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** What every engine settles before it multiplies: op(a) of m × k by op(b) of k × n. */
export interface ProductShape extends ProductSizes {
  /** m × n, over the memory the caller gave or fresh memory; zeros when one of m, k and n is 0, whatever was there. */
  readonly result: Matrix;
}

/** @throws RangeError when the inner dimensions differ, or `out` has another length than the result or is an operand's. */
export function shapeOfProduct(a: Matrix, b: Matrix, options: MultiplyOptions): ProductShape {
  const { m, k, n } = sizesOfProduct(a, b, options);
  const result = createMatrix(m, n, options.out);
  if (k === 0) result.data.fill(0);
  return { m, k, n, result };
}

/** {@link shapeOfProduct} where no memory is wanted. */
export function sizesOfProduct(
  a: Matrix,
  b: Matrix,
  { transposeA = false, transposeB = false, out }: MultiplyOptions,
): ProductSizes {
  const [m, k] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [kb, n] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols];
  if (k !== kb) {
    const [left, right] = [shapeOf({ rows: m, cols: k }), shapeOf({ rows: kb, cols: n })];
    throw new RangeError(
      `multiply: the inner dimensions must be the same, received ${left} by ${right}`,
    );
  }
  if (out !== undefined) {
    if (out.length !== m * n) {
      throw new RangeError(
        `multiply: out must have ${m * n} values for ${m} × ${n}, received ${out.length}`,
      );
    }
    if (overlap(out, a.data) || overlap(out, b.data)) {
      throw new RangeError("multiply: out must be memory of its own, received an operand's");
    }
  }
  return { m, k, n };
}

/** Whether two views share a byte. */
function overlap(x: Float32Array, y: Float32Array): boolean {
  return (
    x.buffer === y.buffer &&
    x.byteOffset < y.byteOffset + y.byteLength &&
    y.byteOffset < x.byteOffset + x.byteLength
  );
}
