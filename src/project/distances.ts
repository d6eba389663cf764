import type { Matrix } from "../math/matrix.js";

/** Rows near to one, nearest first, equally near ones by index; beyond those found, infinitely far. */
export interface NearList {
  readonly indices: Int32Array;
  /** Squared Euclidean distances. */
  readonly squared: Float64Array;
}

/** ‖x - y‖² of two rows, in four 64-bit partial sums, which a processor adds side by side. */
export function squaredDistance({ data, cols }: Matrix, i: number, j: number): number {
  const x = i * cols;
  const y = j * cols;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 4 <= cols; k += 4) {
    const d0 = data[x + k] - data[y + k];
    const d1 = data[x + k + 1] - data[y + k + 1];
    const d2 = data[x + k + 2] - data[y + k + 2];
    const d3 = data[x + k + 3] - data[y + k + 3];
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; k < cols; k++) {
    const difference = data[x + k] - data[y + k];
    s0 += difference * difference;
  }
  return s0 + s1 + (s2 + s3);
}

/** Fills the list with the nearest of all rows but `i` itself, measured one by one. */
export function findNearest(list: NearList, vectors: Matrix, i: number): void {
  list.squared.fill(Infinity);
  for (let j = 0; j < vectors.rows; j++) if (j !== i) enter(list, vectors, i, j);
}

/** Enters row `j` into the list of row `i`, where it is near enough. */
export function enter({ indices, squared }: NearList, vectors: Matrix, i: number, j: number): void {
  const distance = squaredDistance(vectors, i, j);
  const last = squared.length - 1;
  if (!isBefore(distance, j, squared[last], indices[last])) return;
  let at = last;
  for (; at > 0 && isBefore(distance, j, squared[at - 1], indices[at - 1]); at--) {
    squared[at] = squared[at - 1];
    indices[at] = indices[at - 1];
  }
  squared[at] = distance;
  indices[at] = j;
}

function isBefore(distance: number, row: number, other: number, otherRow: number): boolean {
  return distance < other || (distance === other && row < otherRow);
}
