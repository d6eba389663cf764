/** Splits a text into the terms a lexical index counts. */
export type Bm25Tokenizer = (text: string) => readonly string[];

/** Runs of letters, marks and digits of any script, NFKC-normalised and in lower case; no stop words, no stemming. */
export const tokenizeWords: Bm25Tokenizer = (text) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
