// The kernel for engines that join two operations on 128 bits into one on 256: `npm run build:kernel` compiles this file.
import { operate } from "./operations";

export { fourRows } from "./matrix-vector";
export { tileDouble } from "./tile-double";
export { tileSingle } from "./tile-single";
export { tileWide } from "./tile-wide";

/** Does one piece of the running operation, on the thread whose number is `slot`. */
export function run(piece: i32, slot: i32): void {
  operate<u16>(piece, slot);
}
