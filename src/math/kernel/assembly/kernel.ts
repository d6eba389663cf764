// The kernel for registers of 128 bits, in AssemblyScript: `npm run build:kernel` compiles this file.
import { operate } from "./operations";

export { fourRows } from "./matrix-vector";
export { tileDouble } from "./tile-double";
export { tileSingle } from "./tile-single";

/** Does one piece of the running operation, on the thread whose number is `slot`. */
export function run(piece: i32, slot: i32): void {
  operate<u8>(piece, slot);
}
