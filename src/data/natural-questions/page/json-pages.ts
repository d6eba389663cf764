import type { JsonField } from "../json-fields.js";
import { decodeJsonString } from "../json-fields.js";
import { decodeUtf8 } from "../../sources/utf8.js";
import { cleanPage } from "./page-cleaner.js";
import { checkEnd, looksLikeTag, pageFromTokens, type PageText } from "./page-text.js";
import { passageTexts } from "./passage-texts.js";
import { tokenRanges } from "./token-ranges.js";

/**
 * The page of a simplified example, left as the bytes of its JSON string: tokens are parted by single spaces, and a
 * slice of them is decoded when it is asked for. A page of which nothing is asked for is never decoded.
 */
export function pageFromTextField(bytes: Uint8Array, field: JsonField): PageText {
  const end = field.end - 1; // of the text, before the closing quote
  /** Where token i begins; known as far as was asked. Past the last token, one past the closing quote. */
  const starts = [field.start + 1];
  let decoded: PageText | undefined;

  /** Looks for the first `count` tokens; gives back how many of them there are. */
  const find = (count: number): number => {
    let i = starts[starts.length - 1];
    while (starts.length <= count && i <= end) {
      while (i < end && bytes[i] !== 0x20) {
        if (bytes[i] === 0x5c && isEscapedSpace(bytes, i)) {
          decoded = pageFromTokens(decodeJsonString(bytes, field).split(" "));
          return 0;
        }
        i++;
      }
      starts.push(++i);
    }
    return Math.min(count, starts.length - 1);
  };
  const decode = (from: number, to: number): string[] => {
    if (to <= from) return [];
    // A space is never part of an escape, so none was cut in two.
    const text = decodeUtf8(bytes.subarray(starts[from], starts[to] - 1));
    return (JSON.parse(`"${text}"`) as string).split(" ");
  };
  return {
    slice(from, to) {
      const found = decoded === undefined ? find(to) : 0;
      if (decoded !== undefined) return decoded.slice(from, to);
      checkEnd(to, found);
      return decode(from, to);
    },
    head(most) {
      const found = decoded === undefined ? find(most) : 0;
      return decoded === undefined ? decode(0, found) : decoded.head(most);
    },
    isTag: (_, token) => looksLikeTag(token),
    passages(spans, { natural = false }) {
      const page = cleanPage(bytes, { starts: [field.start + 1], ends: [end] }, end - field.start);
      return page === null || (natural && page.odd) ? null : passageTexts(page, spans);
    },
  };
}

/** Whether "\\u0020" stands at `i`: nobody writes a space like that, but it is one. */
function isEscapedSpace(bytes: Uint8Array, i: number): boolean {
  return (
    bytes[i + 1] === 0x75 &&
    bytes[i + 2] === 0x30 &&
    bytes[i + 3] === 0x30 &&
    bytes[i + 4] === 0x32 &&
    bytes[i + 5] === 0x30
  );
}

/**
 * The page of an original example, left as the bytes of its JSON array of token objects, which are parsed when they
 * are asked for.
 *
 * @throws TypeError when an object asked for is no token.
 */
export function pageFromTokensField(bytes: Uint8Array, field: JsonField): PageText {
  let starts: Uint32Array | undefined;
  const html: boolean[] = [];
  const slice = (from: number, to: number): string[] => {
    if (to <= from) return [];
    starts ??= objectStarts(bytes, field);
    // Up to the end of the last object: past it stand blanks, a comma or the end of the array.
    let end = starts[to];
    while (end > starts[from] && bytes[end - 1] !== 0x7d) end--;
    const json = decodeUtf8(bytes.subarray(starts[from], end));
    return (JSON.parse(`[${json}]`) as unknown[]).map((item, i) => {
      const { token, html_token: isTag } = (item ?? {}) as Record<string, unknown>;
      if (typeof token !== "string" || typeof isTag !== "boolean") {
        throw new TypeError(
          `document_tokens[${from + i}] must have a string token and a boolean html_token`,
        );
      }
      html[from + i] = isTag;
      return token.includes(" ") ? token.replaceAll(" ", "_") : token;
    });
  };
  return {
    slice(from, to) {
      checkEnd(to, field.objects);
      return slice(from, to);
    },
    head: (most) => slice(0, Math.min(most, field.objects)),
    isTag: (index) => html[index] ?? false,
    passages(spans, { natural = false }) {
      const ranges = tokenRanges(bytes, field);
      if (ranges === null) return null;
      let size = ranges.starts.length;
      for (let i = 0; i < ranges.starts.length; i++) size += ranges.ends[i] - ranges.starts[i];
      const page = cleanPage(bytes, ranges, size);
      return page === null || (natural && page.odd) ? null : passageTexts(page, spans);
    },
  };
}

/** Where each object of the array begins, and where the array ends. */
function objectStarts(bytes: Uint8Array, { start, end, objects }: JsonField): Uint32Array {
  const starts = new Uint32Array(objects + 1);
  let count = 0;
  let depth = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i];
    if (c === 0x22) {
      for (i++; bytes[i] !== 0x22; i++) if (bytes[i] === 0x5c) i++;
    } else if (c === 0x7b || c === 0x5b) {
      if (depth++ === 1 && c === 0x7b) starts[count++] = i;
    } else if (c === 0x7d || c === 0x5d) {
      depth--;
    }
  }
  starts[count] = end;
  return starts;
}
