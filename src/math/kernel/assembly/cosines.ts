// What cosines need besides products in single precision: rows of length 1, rows rounded to 16-bit integers, and products of those compared
// with thresholds; and what tells one table of vectors from another. A module of its own, on the kernel's memory and threads, so that the kernel stays below what browsers compile at once.
import { argument } from "./layout";
import { mixWords } from "./mix-words";
import { productRounded } from "./product/product-rounded";
import { roundRows } from "./product/round-rows";
import { scaleRows } from "./product/scale-rows";

// So that it is not inlined.
export { tileRounded as t } from "./product/tile-rounded";

/** Does one piece of the running operation; numbers as in ../kernel-instance.ts. */
export function run(piece: i32, slot: i32): void {
  const operation = argument(0);
  if (operation == 80) productRounded(piece, slot);
  else if (operation == 81) roundRows(piece);
  else if (operation == 82) scaleRows(piece);
  else mixWords(piece);
}
