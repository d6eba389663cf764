import type { Matrix } from "../math/matrix.js";

/** Each row as a plain array, as frameworks want it. A loop, for `Array.from` asks a typed array's iterator for each number, which is slow. */
export function numberRows({ rows, cols, data }: Matrix): number[][] {
  const result = new Array<number[]>(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    const row = new Array<number>(cols);
    for (let j = 0; j < cols; j++) row[j] = data[at++];
    result[i] = row;
  }
  return result;
}
