import { CHUNK } from "../kernel/packing.js";

/** The whole of a memory, by the type of what lies in it. */
export interface ScanViews {
  readonly bytes: Int8Array;
  readonly shorts: Int16Array;
  readonly ints: Int32Array;
  readonly floats: Float32Array;
}

/** One panel of floatPanels (../kernel/assembly/scan.ts) in plain JavaScript: it rounds where the kernel rounds. */
export function floatPanel(
  { floats }: ScanViews,
  query: number,
  cols: number,
  at: number,
  out: number,
): void {
  const [first, panel, result] = [query / 4, at / 4, out / 4];
  for (let lane = 0; lane < 4; lane++) {
    let sum = 0;
    for (let j = 0; j < cols;) {
      const end = Math.min(cols, j + CHUNK);
      let chunkSum = 0;
      for (; j < end; j++) {
        const product = Math.fround(floats[panel + 4 * j + lane] * floats[first + j]);
        chunkSum = Math.fround(chunkSum + product);
      }
      sum += chunkSum;
    }
    floats[result + lane] = sum;
  }
}

/** The upper ends of one panel of bytePanels, likewise. */
export function bytePanel(
  { bytes, shorts, floats }: ScanViews,
  query: number,
  pairs: number,
  at: number,
  out: number,
): void {
  const { fround } = Math;
  const first = query / 2;
  const [fromRow, fromQuery, slack] = floats.subarray(query / 4 + pairs, query / 4 + pairs + 3);
  for (let lane = 0; lane < 4; lane++) {
    let product = 0;
    for (let j = 0; j < pairs; j++) {
      const value = at + 8 * j + 2 * lane;
      product += bytes[value] * shorts[first + 2 * j];
      product += bytes[value + 1] * shorts[first + 2 * j + 1];
    }
    const constants = at / 4 + 2 * pairs + lane;
    const middle = fround(fround(product) * floats[constants]);
    const error = fround(fromRow * floats[constants + 4]);
    const radius = fround(fround(error + fround(fromQuery * floats[constants + 8])) + slack);
    floats[out / 4 + lane] = middle + radius;
  }
}
