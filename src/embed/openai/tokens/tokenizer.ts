import { cutText, toWellFormed } from "../../../base/text/surrogates.js";

/** What packing and cutting need to know of a model's tokens. */
export interface Tokenizer {
  /** Tokens of the text. */
  count(text: string): number;
  /** The longest beginning of the text that has at most `limit` tokens and ends between two characters. */
  cut(text: string, limit: number): string;
  /**
   * The text in consecutive parts whose tokens add up to its own, so that a long one need not be counted in one go, nor to its end.
   * @default the text as it is
   */
  parts?(text: string): Iterable<string>;
}

/** What installs the tokenizer. */
export const tokenizerPackage = "gpt-tokenizer@4";

/**
 * OpenAI's encoding of all its embedding models (cl100k_base), by the optional peer gpt-tokenizer. Loaded when first
 * needed: its table is large.
 *
 * @returns `undefined` where the package is not installed.
 */
export async function loadCl100k(): Promise<Tokenizer | undefined> {
  const loaded = await import("gpt-tokenizer/encoding/cl100k_base").catch(() => undefined);
  if (loaded === undefined) return undefined;
  /** Its decoder keeps what a cut inside a character leaves and gives it to whoever decodes next; a byte that UTF-8 has nowhere ends that. */
  const decode = (ids: readonly number[]): string => {
    const text = loaded.decode(ids);
    loaded.decode([byteFF]);
    return text;
  };
  // A text that spells "<|endoftext|>" means those characters, not the control token.
  const plain = { disallowedSpecial: new Set<string>() };
  const encode = (text: string): { readonly ids: number[]; readonly tokens: number } => {
    const parts = withoutLongRuns(text);
    const ids = parts.flatMap((part) => loaded.encode(part, plain));
    return { ids, tokens: ids.length + parts.length - 1 };
  };
  const cutWhole = (text: string, limit: number): string => {
    // Encoders write U+FFFD for half a pair; what they write has as many units.
    const written = toWellFormed(text);
    const { ids } = encode(written);
    for (let length = Math.min(limit, ids.length); length > 0;) {
      const beginning = decode(ids.slice(0, length));
      // A cut inside a character decodes to something that is no beginning of the text; and a beginning, read by
      // itself, may need a token more.
      const isBeginning = written.startsWith(beginning);
      const { tokens } = isBeginning ? encode(beginning) : { tokens: limit + 1 };
      if (tokens <= limit) return text.slice(0, beginning.length);
      length -= tokens - limit;
    }
    return "";
  };
  return {
    count: (text) => encode(text).tokens,
    parts: partsOfText,
    cut(text, limit) {
      // No more is read than the cut needs: a book that is split into parts would else be read once for each.
      for (let length = charactersPerToken * limit + spare; length < text.length; length *= 2) {
        const beginning = cutWhole(cutText(text, length), limit);
        if (beginning.length <= length - spare) return beginning;
      }
      return cutWhole(text, limit);
    },
  };
}

/** The token of the byte 255. */
const byteFF = 187;

/** Beyond any word of any language, also of those that part words by nothing. */
const longestRun = 512;

/**
 * Characters of a text that are read at first for each token of a cut, and twice as many as long as they are too few: codes have
 * about two and are the slowest to read; English has five.
 */
const charactersPerToken = 2;
/** Characters after a cut that may decide where its last tokens end: more than the longest run. */
const spare = 4 * longestRun;

/**
 * A text in parts that have no longer run of letters, of white space or of other characters: merging pairs of bytes takes
 * time that grows with the square of a run. Each cut may change the count by a token or so.
 */
function withoutLongRuns(text: string): string[] {
  if (text.length <= longestRun) return [text];
  const parts: string[] = [];
  let from = 0;
  for (const { 0: run, index } of text.matchAll(/\p{L}+|\s+|[^\s\p{L}\p{N}]+/gu)) {
    const end = index + run.length;
    for (let at = index; end - at > longestRun;) {
      const part = cutText(text.slice(at, end), longestRun);
      at += part.length;
      parts.push(text.slice(from, at));
      from = at;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** Characters of a part, at least. */
const partLength = 8192;

/**
 * A long text cut behind letters that something else follows: cl100k_base has no token over such a place, wherever the text begins
 * or ends, and no run goes on there. Where there is no such place the rest is one part.
 */
function* partsOfText(text: string): Generator<string, void, undefined> {
  const place = /\p{L}[^\p{L}]/gu;
  let from = 0;
  for (;;) {
    place.lastIndex = from + partLength;
    const found = place.lastIndex < text.length ? place.exec(text) : null;
    if (found === null) break;
    const end = found.index + (found[0].codePointAt(0)! > 0xffff ? 2 : 1);
    yield text.slice(from, end);
    from = end;
  }
  yield text.slice(from);
}

/**
 * Tokens of the text; where it has more than the limit, those of a beginning that has more, and how long that is.
 */
export function countUpTo(
  tokenizer: Tokenizer,
  text: string,
  limit: number,
): { readonly tokens: number; readonly length: number } {
  let [tokens, length] = [0, 0];
  for (const part of tokenizer.parts?.(text) ?? [text]) {
    tokens += tokenizer.count(part);
    length += part.length;
    if (tokens > limit) break;
  }
  return { tokens, length };
}
