import { rowOf, type Matrix } from "./matrix.js";

/** For every row the number of the first row with the same values; 0 and -0 are the same. */
export function equalRows(matrix: Matrix): Uint32Array {
  const { rows, cols, data } = matrix;
  // -0 + 0 is 0: what compares equal must have the same bits.
  const values = data.map((value) => value + 0);
  const bits = new Uint32Array(values.buffer, 0, rows * cols);
  const byHash = new Map<number, number[]>();
  const first = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    let hash = 0x811c9dc5; // FNV-1a, a word at a time
    for (let at = i * cols; at < (i + 1) * cols; at++) {
      hash = Math.imul(hash ^ bits[at], 0x01000193);
      hash ^= hash >>> 15;
    }
    const sameHash = byHash.get(hash);
    const alike = sameHash?.find((j) => sameValues(rowOf(matrix, i), rowOf(matrix, j)));
    first[i] = alike ?? i;
    if (alike !== undefined) continue;
    if (sameHash === undefined) byHash.set(hash, [i]);
    else sameHash.push(i);
  }
  return first;
}

function sameValues(a: Float32Array, b: Float32Array): boolean {
  for (let j = 0; j < a.length; j++) if (a[j] !== b[j]) return false;
  return true;
}
