// What the JavaScript side (../../packing.ts and simd-product.ts) and every operation here must agree on.

/** Rows of a tile. 5 rows of two registers hold 10 of the 16; two of B, one of A and a product still fit. */
export const TILE_ROWS: i32 = 5;
/** Bytes of a tile's row: 8 floats or 4 doubles. */
export const TILE_ROW_BYTES: i32 = 32;
/** Steps of the inner dimension summed in one go: 5 rows and 8 columns of 256 steps stay in the first-level cache. */
export const CHUNK: i32 = 256;

/** Where the arguments of the running operation lie, as 32-bit integers. */
const ARGUMENTS: usize = 0;
/** Where the scratch tiles lie, one per thread. */
const SCRATCH: usize = 4096;
/** Two tiles of 160 bytes. */
const SCRATCH_BYTES: usize = 320;

/** Argument `index` of the running operation. */
export function argument(index: i32): i32 {
  return load<i32>(ARGUMENTS + ((<usize>index) << 2));
}

/** The scratch tiles of a thread. */
export function scratchOf(slot: i32): usize {
  return SCRATCH + <usize>slot * SCRATCH_BYTES;
}
