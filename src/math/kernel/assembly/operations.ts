// The operations that the threads of the library share.
//
// An operation is cut into pieces that may run in any order, on any thread, and none of which reads what another writes.
import { argument } from "./layout";
import { pack } from "./product/pack";
import { productDouble } from "./product/product-double";
import { productSingle } from "./product/product-single";
import { rowsBothWays, symmetricVector } from "./symmetric-vector";

/**
 * Does one piece of the operation whose number is argument 0; `slot` is the calling thread's own number. `Width` says by
 * its size how many panels of B a tile in single precision spans.
 */
export function operate<Width>(piece: i32, slot: i32): void {
  const operation = argument(0);
  // The numbers of ../kernel-instance.ts; what is left packs, 0 in single precision, 2 in double.
  if (operation == 1) productSingle<Width>(piece, slot);
  else if (operation == 3) productDouble(piece, slot);
  else if (operation == 4) symmetricVector(piece, slot);
  else if (operation == 5) rowsBothWays();
  else pack(piece, 2 + (operation >> 1));
}
