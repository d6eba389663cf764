/** Memory to clean a page in. */
export interface Scratch {
  readonly out: Uint8Array;
  readonly tagTokens: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Memory that page after page is cleaned in: fresh memory costs as much as the cleaning. */
let scratch: Scratch | undefined;
/** A longer page gets memory of its own, which is not kept. */
const LONGEST_KEPT = 1 << 20;

/** @param size Bytes of all tokens of a page, and one for each. */
export function scratchFor(size: number): Scratch {
  if (scratch !== undefined && scratch.starts.length > size) return scratch;
  const length = size < LONGEST_KEPT ? Math.min(LONGEST_KEPT, 2 * size) : size;
  const made = {
    out: new Uint8Array(2 * length + 16),
    tagTokens: new Int32Array(length + 1),
    starts: new Int32Array(length + 1),
    ends: new Int32Array(length + 1),
  };
  if (size < LONGEST_KEPT) scratch = made;
  return made;
}
