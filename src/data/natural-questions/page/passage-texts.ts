import { decodeUtf8 } from "../../sources/utf8.js";
import type { PageCleaner } from "./page-cleaner.js";
import type { PassageSpans } from "./page-text.js";

/**
 * Cuts passages out of a page that was cleaned as a whole: for each what `cleanText` gives, `undefined` where only that can tell.
 *
 * @param page Whole: all its tokens were taken.
 */
export function passageTexts(
  page: PageCleaner,
  { startToken, endToken }: PassageSpans,
): (string | undefined)[] {
  return Array.from({ length: startToken.length }, (_, i) => {
    const [first, last] = [startToken[i], endToken[i] - 1];
    const [from, to] = [tagOf(page, first), tagOf(page, last)];
    if (from < 0 || to < from || page.starts[from] < 0) return undefined;
    if (closesForeignTable(page.tables, first, last)) return undefined;
    try {
      // Each is decoded on its own: slices of one text would keep all of it for whoever keeps one.
      return decodeUtf8(page.out.subarray(page.starts[from], page.ends[to]));
    } catch {
      return undefined; // Not UTF-8: what cleans it alone says so.
    }
  });
}

/** Which tag token `token` is; -1 where it is none. */
function tagOf({ tagTokens, tags }: PageCleaner, token: number): number {
  const at = firstFrom(tags, (tag) => tagTokens[tag] >= token);
  return at < tags && tagTokens[at] === token ? at : -1;
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
function closesForeignTable(tables: PageCleaner["tables"], first: number, last: number): boolean {
  let i = firstFrom(tables.length, (table) => tables[table].token >= first);
  for (; i < tables.length && tables[i].token <= last; i++) {
    const { token, opened, inCell } = tables[i];
    if (opened < first || (opened === first && inCell && token < last)) return true;
  }
  return false;
}
