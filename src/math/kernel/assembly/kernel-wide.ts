// The kernel for engines that join two operations on 128 bits into one on 256: `npm run build:kernel` compiles this file.
import { operate } from "./operations";

// So that they are not inlined; the names are short, for a module of less than 4 KB.
export { fourRows as v } from "./symmetric-vector";
export { tileDouble as d } from "./product/tile-double";
export { tileSingle as s } from "./product/tile-single";
export { tileWide as w } from "./product/tile-wide";

/** Does one piece of the running operation, on the thread whose number is `slot`. */
export function run(piece: i32, slot: i32): void {
  operate<u16>(piece, slot);
}
