import { isWord, skip } from "./json-bytes.js";

/** Candidates as columns. */
export interface SpanColumns {
  readonly startToken: Int32Array;
  readonly endToken: Int32Array;
  /** 1 for true. */
  readonly topLevel: Uint8Array;
  /** One past the last byte of the array. */
  readonly end: number;
}

const startToken = 1;
const endToken = 2;
const topLevel = 4;
const all = startToken | endToken | topLevel;

/**
 * Reads `[{"start_token": 1, "top_level": true, "end_token": 9}, …]` straight into columns, finding its end on the way: a
 * page has hundreds of these, and objects for them would cost more than all else in the line.
 *
 * @param start The "[".
 * @returns `null` when anything is not as expected; `JSON.parse` then says what.
 */
export function parseSpans(bytes: Uint8Array, start: number): SpanColumns | null {
  let starts = new Int32Array(256);
  let ends = new Int32Array(256);
  let tops = new Uint8Array(256);
  let count = 0;
  let i = skip(bytes, start + 1);
  if (bytes[start] !== 0x5b) return null;
  if (bytes[i] === 0x5d) i++;
  else {
    for (;;) {
      if (bytes[i] !== 0x7b) return null;
      if (count === starts.length) {
        starts = grown(starts, new Int32Array(2 * count));
        ends = grown(ends, new Int32Array(2 * count));
        tops = grown(tops, new Uint8Array(2 * count));
      }
      let seen = 0;
      do {
        i = skip(bytes, i + 1); // past "{" or ","
        const name = nameAt(bytes, i);
        if (name < 0) return null;
        i = skip(bytes, i + lengths[name] + 2);
        if (bytes[i] !== 0x3a) return null;
        i = skip(bytes, i + 1);
        if (name === topLevel) {
          const isTrue = bytes[i] === 0x74;
          if (!isWord(bytes, i, isTrue ? "true" : "false")) return null;
          tops[count] = isTrue ? 1 : 0;
          i += isTrue ? 4 : 5;
        } else {
          const negative = bytes[i] === 0x2d;
          if (negative) i++;
          const first = i;
          let value = 0;
          for (let c = bytes[i]; c >= 0x30 && c <= 0x39; c = bytes[++i])
            value = value * 10 + c - 48;
          if (i === first || i - first > 9 || (bytes[first] === 0x30 && i > first + 1)) return null;
          if (name === startToken) starts[count] = negative ? -value : value;
          else if (name === endToken) ends[count] = negative ? -value : value;
        }
        seen |= name;
        i = skip(bytes, i);
      } while (bytes[i] === 0x2c);
      if (bytes[i] !== 0x7d || (seen & all) !== all) return null;
      count++;
      i = skip(bytes, i + 1);
      if (bytes[i] === 0x5d) break;
      if (bytes[i] !== 0x2c) return null;
      i = skip(bytes, i + 1);
    }
    i++;
  }
  return {
    startToken: starts.subarray(0, count),
    endToken: ends.subarray(0, count),
    topLevel: tops.subarray(0, count),
    end: i,
  };
}

const startByte = 8;
const endByte = 16;
const lengths: Readonly<Record<number, number>> = {
  [startToken]: 11,
  [endToken]: 9,
  [topLevel]: 9,
  [startByte]: 10,
  [endByte]: 8,
};

/** Which field name stands in quotes at `i`; -1 for another. */
function nameAt(bytes: Uint8Array, i: number): number {
  // The letters that tell the five apart first; then the rest, to be sure.
  if (bytes[i] !== 0x22) return -1;
  switch (bytes[i + 1]) {
    case 0x73:
      if (bytes[i + 7] === 0x74) return isWord(bytes, i + 2, 'tart_token"') ? startToken : -1;
      return isWord(bytes, i + 2, 'tart_byte"') ? startByte : -1;
    case 0x65:
      if (bytes[i + 5] === 0x74) return isWord(bytes, i + 2, 'nd_token"') ? endToken : -1;
      return isWord(bytes, i + 2, 'nd_byte"') ? endByte : -1;
    default:
      return isWord(bytes, i + 1, 'top_level"') ? topLevel : -1;
  }
}

function grown<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
