// What a step of training does besides its products: a module of its own, on the kernel's memory and threads, so that the
// kernel stays below what browsers compile at once.
//
// Each operation rounds where the JavaScript that it stands for rounds, and sums in its order, so that both give the same bits.
import { adam } from "./training/adam";
import { argument } from "./layout";
import { backpropagate, unitRows } from "./training/unit-rows";
import { softmax } from "./training/softmax";

/** Does one piece of the running operation; numbers as in ../../training-kernel.ts. */
export function run(piece: i32, slot: i32): void {
  switch (argument(0)) {
    case 64:
      unitRows(piece);
      break;
    case 65:
      softmax(piece, slot);
      break;
    case 66:
      backpropagate(piece);
      break;
    case 67:
      adam(piece);
      break;
  }
}
