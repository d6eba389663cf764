import { decodeUtf8 } from "../../sources/utf8.js";
import type { CleanedPage } from "./page-cleaner.js";
import type { PassageSpans } from "./page-text.js";

/**
 * Cuts passages out of a page that was cleaned as a whole: for each what `cleanText` gives, `undefined` where only that can tell.
 *
 * @param page Whole: all its tokens were taken.
 */
export function passageTexts(
  page: CleanedPage,
  { startToken, endToken }: PassageSpans,
): (string | undefined)[] {
  const cut = cutter(page);
  const texts = new Array<string | undefined>(startToken.length);
  for (let i = 0; i < texts.length; i++) {
    const first = startToken[i];
    const last = endToken[i] - 1;
    const from = tagOf(page, first);
    const to = tagOf(page, last);
    if (from < 0 || to < from || page.starts[from] < 0) continue;
    if (page.tables.length > 0 && closesForeignTable(page.tables, first, last)) continue;
    try {
      texts[i] = cut(from, to);
    } catch {
      // Not UTF-8: what cleans it alone says so.
    }
  }
  return texts;
}

/**
 * What cuts the text from one tag to another. Each is decoded on its own: slices of one text would keep all of it for whoever keeps
 * one.
 *
 * @throws TypeError from what it gives back, where the text is no UTF-8.
 */
function cutter({ out, starts, ends, wide }: CleanedPage): (from: number, to: number) => string {
  // Outside Node, and what takes after it, only the slow decoder is there.
  const { Buffer } = globalThis as { readonly Buffer?: typeof globalThis.Buffer };
  if (Buffer === undefined) return (from, to) => decodeUtf8(out.subarray(starts[from], ends[to]));
  const buffer = Buffer.from(out.buffer, out.byteOffset, out.byteLength) as NodeBytes;
  return (from, to) => {
    const [start, end] = [starts[from], ends[to]];
    if (wide[from] === wide[to]) return buffer.latin1Slice(start, end);
    const text = buffer.utf8Slice(start, end);
    // So are bytes decoded that are no UTF-8, which is to be refused; but a page may hold that character, too.
    return text.includes("\ufffd") ? decodeUtf8(out.subarray(start, end)) : text;
  };
}

/** What `toString` of a `Buffer` calls, which takes as long again to find it out. */
interface NodeBytes extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** Which tag token `token` is; -1 where it is none. */
function tagOf({ tagTokens, tokenTags, tags }: CleanedPage, token: number): number {
  const tag = tokenTags[token];
  // What an earlier page left there is some number, too.
  return tag < tags && tagTokens[tag] === token ? tag : -1;
}

/** The first index, of `count` in all, from which on something holds; `count` where there is none. */
function firstFrom(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  for (let high = count; low < high;) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Whether tokens `first` to `last` close a table that they do not open, or go on in the cell where they closed one: on a page of
 * its own such a passage is in no cell there.
 */
function closesForeignTable(tables: CleanedPage["tables"], first: number, last: number): boolean {
  let i = firstFrom(tables.length, (table) => tables[table].token >= first);
  for (; i < tables.length && tables[i].token <= last; i++) {
    const { token, opened, inCell } = tables[i];
    if (opened < first || (opened === first && inCell && token < last)) return true;
  }
  return false;
}
