/** Memory to clean a page in. */
export interface Scratch {
  /** The lines, UTF-8. */
  readonly out: Uint8Array;
  readonly outView: DataView;
  /** Which token each tag is. */
  readonly tagTokens: Int32Array;
  /** And which tag a token is, where the other array says the same; else whatever an earlier page left. */
  readonly tokenTags: Int32Array;
  /**
   * Where the text of a passage begins whose first token is the tag; -1 where it would read otherwise on a page of its own than
   * in its place, as a list within a cell does.
   */
  readonly starts: Int32Array;
  /** Where the text of a passage ends whose last token is the tag. */
  readonly ends: Int32Array;
  /** How often more than ASCII was written before the tag: where two have the same, ASCII lies between. */
  readonly wide: Int32Array;
}

/** Memory that page after page is cleaned in: fresh memory costs as much as the cleaning. */
let scratch: Scratch | undefined;
/** A longer page gets memory of its own, which is not kept. */
const LONGEST_KEPT = 1 << 20;

/** @param size Bytes of all tokens of a page, and one for each. */
export function scratchFor(size: number): Scratch {
  if (scratch !== undefined && scratch.starts.length > size) return scratch;
  const length = size < LONGEST_KEPT ? Math.min(LONGEST_KEPT, 2 * size) : size;
  const out = new Uint8Array(2 * length + 16);
  const made = {
    out,
    outView: new DataView(out.buffer),
    tagTokens: new Int32Array(length + 1),
    tokenTags: new Int32Array(length + 1),
    starts: new Int32Array(length + 1),
    ends: new Int32Array(length + 1),
    wide: new Int32Array(length + 1),
  };
  if (size < LONGEST_KEPT) scratch = made;
  return made;
}
