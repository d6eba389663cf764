// What joining two solved halves of a tridiagonal matrix takes besides its products. A module of its own, on the kernel's memory and
// threads, so that the kernel stays below what browsers compile at once.
//
// Every sum has the order of the JavaScript in ../../decompose/secular.ts and joined-vectors.ts: both give the same bits.
import { argument } from "./layout";
import { joinedVectors } from "./decompose/joined-vectors";
import { exactWeights } from "./decompose/exact-weights";
import { secularRoots } from "./decompose/secular-roots";

/** Does one piece of the running operation; numbers as in ../../decompose/joined-vectors.ts. */
export function run(piece: i32, slot: i32): void {
  const operation = argument(0);
  if (operation == 96) secularRoots(piece);
  else if (operation == 97) exactWeights(piece);
  else joinedVectors(piece, slot);
}
