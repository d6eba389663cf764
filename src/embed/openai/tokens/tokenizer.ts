import { toWellFormed } from "../../../base/text/surrogates.js";

/** What packing and cutting need to know of a model's tokens. */
export interface Tokenizer {
  /** Tokens of the text. */
  count(text: string): number;
  /** The longest beginning of the text that has at most `limit` tokens and ends between two characters. */
  cut(text: string, limit: number): string;
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
  const { encode, decode } = loaded;
  // A text that spells "<|endoftext|>" means those characters, not the control token.
  const plain = { disallowedSpecial: new Set<string>() };
  return {
    count: (text) => encode(text, plain).length,
    cut(text, limit) {
      // Encoders write U+FFFD for half a pair; what they write has as many units.
      const written = toWellFormed(text);
      const ids = encode(written, plain);
      for (let length = Math.min(limit, ids.length); length > 0; length--) {
        const beginning = decode(ids.slice(0, length));
        // A cut inside a character decodes to something that is no beginning of the text; and a beginning, read by
        // itself, may need a token more.
        if (written.startsWith(beginning) && encode(beginning, plain).length <= limit) {
          return text.slice(0, beginning.length);
        }
      }
      return "";
    },
  };
}
