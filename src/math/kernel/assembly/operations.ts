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
  switch (argument(0)) {
    case 0:
      pack(piece, 2);
      break;
    case 1:
      productSingle<Width>(piece, slot);
      break;
    case 2:
      pack(piece, 3);
      break;
    case 3:
      productDouble(piece, slot);
      break;
    case 4:
      symmetricVector(piece, slot);
      break;
    case 5:
      rowsBothWays();
      break;
  }
}
