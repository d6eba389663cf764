// Rows rounded to 16-bit integers, and their products compared with thresholds: a module of its own, on the kernel's memory and threads, so
// that the kernel stays below what browsers compile at once.
import { argument } from "./layout";
import { productRounded } from "./product/product-rounded";
import { roundRows } from "./product/round-rows";

// So that it is not inlined.
export { tileRounded as t } from "./product/tile-rounded";

/** Does one piece of the running operation; numbers as in ../kernel-instance.ts. */
export function run(piece: i32, slot: i32): void {
  if (argument(0) == 80) productRounded(piece, slot);
  else roundRows(piece);
}
