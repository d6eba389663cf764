import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";

/**
 * What bytes keep of the rows: each column's range, from its least to its greatest value here, in 255 steps of one length.
 * A column of one value keeps it.
 */
export function bytesAsFloats({ rows, cols, data }: Matrix): Matrix {
  const least = new Float64Array(cols).fill(Infinity);
  const greatest = new Float64Array(cols).fill(-Infinity);
  for (let i = 0; i < data.length; i++) {
    const j = i % cols;
    if (data[i] < least[j]) least[j] = data[i];
    if (data[i] > greatest[j]) greatest[j] = data[i];
  }
  const kept = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const j = i % cols;
    const step = (greatest[j] - least[j]) / 255;
    kept[i] = step === 0 ? data[i] : least[j] + Math.round((data[i] - least[j]) / step) * step;
  }
  return createMatrix(rows, cols, kept);
}

/** 1 where a value is above zero, -1 elsewhere, as `binary_quantize` of pgvector and `binary` of others tell them apart. */
export function signsOf({ rows, cols, data }: Matrix): Matrix {
  return createMatrix(
    rows,
    cols,
    data.map((value) => (value > 0 ? 1 : -1)),
  );
}

/** The first `count` columns. */
export function leadingColumns(matrix: Matrix, count: number): Matrix {
  const cut = createMatrix(matrix.rows, count);
  for (let i = 0; i < matrix.rows; i++) {
    cut.data.set(rowOf(matrix, i).subarray(0, count), i * count);
  }
  return cut;
}
