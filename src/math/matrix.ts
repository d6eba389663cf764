import { checkInteger, refuse } from "../base/checks.js";
import { show } from "../base/show.js";

/**
 * The one numeric form of the library: a dense, row-major, single-precision matrix.
 *
 * It is plain data (it survives `structuredClone` and `postMessage`); everything done with it is a function.
 */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  /** Row-major, length `rows * cols`. */
  readonly data: Float32Array;
}

/**
 * A matrix over the given values, or of zeros.
 *
 * @param data rows × cols values, row by row; kept, not copied. Zeros when left out.
 * @throws RangeError when a dimension is no integer >= 0 or `data` has another length than rows × cols.
 */
export function createMatrix(rows: number, cols: number, data?: Float32Array): Matrix {
  checkInteger(rows, "createMatrix: rows", { least: 0 });
  checkInteger(cols, "createMatrix: cols", { least: 0 });
  if (data === undefined) return { rows, cols, data: new Float32Array(rows * cols) };
  if (data.length !== rows * cols) {
    throw new RangeError(
      `createMatrix: data must have ${rows * cols} values for ${rows} × ${cols}, received ${data.length}`,
    );
  }
  return { rows, cols, data };
}

/**
 * Copies vectors (one per row) into a matrix.
 *
 * @throws RangeError naming the first row whose length differs from that of row 0, that is no list, or has something that
 *   is no number: what JSON makes of a NaN, `null`, would become a zero.
 */
export function fromRows(vectors: readonly ArrayLike<number>[]): Matrix {
  for (const [i, vector] of vectors.entries()) checkVector(vector, i);
  const cols = vectors.length === 0 ? 0 : vectors[0].length;
  const result = createMatrix(vectors.length, cols);
  for (const [i, vector] of vectors.entries()) {
    if (vector.length !== cols) {
      throw new RangeError(
        `fromRows: row ${i} must have ${cols} values like row 0, received ${vector.length}`,
      );
    }
    result.data.set(vector, i * cols);
  }
  return result;
}

function checkVector(vector: unknown, i: number): void {
  if (ArrayBuffer.isView(vector)) return;
  const { length } = (vector ?? {}) as { length?: unknown };
  if (typeof vector !== "object" || typeof length !== "number") {
    refuse(`fromRows: row ${i}`, "a list of numbers", vector);
  }
  const values = vector as ArrayLike<unknown>;
  for (let j = 0; j < length; j++) {
    if (typeof values[j] !== "number") {
      refuse(`fromRows: row ${i}, column ${j}`, "a number", values[j]);
    }
  }
}

/** Whether the index is that of a row. */
function isRowOf(matrix: Matrix, index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < matrix.rows;
}

/** Row `i` as a view: writing to it writes to the matrix. */
export function rowOf(matrix: Matrix, i: number): Float32Array {
  return matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols);
}

/** Rows `start` to `end` (exclusive, at most all) as a view: writing to it writes to the matrix. */
export function rowRange({ rows, cols, data }: Matrix, start: number, end: number): Matrix {
  const last = Math.min(rows, end);
  return createMatrix(last - start, cols, data.subarray(start * cols, last * cols));
}

/**
 * A new matrix of the given rows, in the given order, repeats allowed.
 *
 * @throws RangeError naming the first index that is no row.
 */
export function gatherRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const result = createMatrix(indices.length, matrix.cols);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!isRowOf(matrix, index)) {
      refuse(`gatherRows: indices[${i}]`, `an integer >= 0 and < ${matrix.rows}`, index);
    }
    result.data.set(rowOf(matrix, index), i * matrix.cols);
  }
  return result;
}

/** The transpose, as a new matrix. */
export function transpose(matrix: Matrix): Matrix {
  const { rows, cols, data } = matrix;
  const result = createMatrix(cols, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) result.data[j * rows + i] = data[i * cols + j];
  }
  return result;
}

/** The `size` × `size` identity. */
export function identityMatrix(size: number): Matrix {
  const result = createMatrix(size, size);
  for (let i = 0; i < size; i++) result.data[i * size + i] = 1;
  return result;
}

/** Adds `value` to every value of the diagonal, in place: the matrix + value · I. */
export function addToDiagonal({ rows, cols, data }: Matrix, value: number): void {
  for (let i = 0; i < Math.min(rows, cols); i++) data[i * cols + i] += value;
}

/** @throws RangeError unless both have as many rows and columns as the other. */
export function checkSameShape(a: Matrix, b: Matrix, place: string): void {
  if (a.rows !== b.rows || a.cols !== b.cols) {
    throw new RangeError(
      `${place}: both matrices must have the same shape, received ${shapeOf(a)} and ${shapeOf(b)}`,
    );
  }
}

/**
 * @param aName Begins with the public function that was called, e.g. `"topK: queries"`.
 * @throws RangeError unless the rows of both have the same number of dimensions.
 */
export function checkSameDimensions(
  a: Pick<Matrix, "cols">,
  aName: string,
  b: Pick<Matrix, "cols">,
  bName: string,
): void {
  if (a.cols !== b.cols) {
    throw new RangeError(
      `${aName} and ${bName} must have the same dimensions, received ${a.cols} and ${b.cols}`,
    );
  }
}

/** "rows × cols", as messages show it. */
export function shapeOf({ rows, cols }: Pick<Matrix, "rows" | "cols">): string {
  return `${rows} × ${cols}`;
}

/** @throws RangeError unless the value is a {@link Matrix}, with as many values as its shape says. */
export function checkIsMatrix(value: unknown, name: string): asserts value is Matrix {
  const { rows = NaN, cols = NaN, data } = (value ?? {}) as Partial<Matrix>;
  // By its tag: an array of another realm, as test runners and frames have them, is one all the same.
  if (Object.prototype.toString.call(data) !== "[object Float32Array]") {
    const received = Array.isArray(value) ? `an array of ${value.length}` : show(value);
    throw new RangeError(`${name} must be a Matrix, as fromRows makes it, received ${received}`);
  }
  if (data!.length !== rows * cols) {
    throw new RangeError(
      `${name} must have rows × cols values, ${rows} × ${cols}, received ${data!.length}`,
    );
  }
}

/**
 * Refuses what would end in a wrong number later: what is no matrix, a NaN or an infinity, and (when asked) a row of zeros, which has no
 * direction and so no cosine.
 *
 * @throws RangeError naming `name`, the row and the column.
 */
export function checkMatrix(matrix: Matrix, name: string, { zeroRows = true } = {}): void {
  checkIsMatrix(matrix, name);
  const { rows, cols, data } = matrix;
  for (let i = 0; i < rows; i++) {
    const sum = sumOfSizes(data, i * cols, (i + 1) * cols);
    if (!Number.isFinite(sum)) {
      const j = data.subarray(i * cols).findIndex((value) => !Number.isFinite(value));
      refuse(`${name}: row ${i}, column ${j}`, "a finite number", data[i * cols + j]);
    }
    if (sum === 0 && !zeroRows) {
      throw new RangeError(`${name}: row ${i} must have a direction, received zeros only`);
    }
  }
}

/** Finite where all values are, and 0 only where all are: what 64 bits hold cannot overflow with 32. Two sums side by side. */
function sumOfSizes(data: Float32Array, start: number, end: number): number {
  let even = 0;
  let odd = 0;
  let i = start;
  for (; i + 1 < end; i += 2) {
    even += Math.abs(data[i]);
    odd += Math.abs(data[i + 1]);
  }
  return i < end ? even + odd + Math.abs(data[i]) : even + odd;
}
