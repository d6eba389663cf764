import { unspacedScripts } from "../../base/text/unspaced-scripts.js";

/** Splits a text into the terms a lexical index counts. */
export type Bm25Tokenizer = (text: string) => readonly string[];

/** A run of characters of scripts without blanks; a mark belongs to the letter before it. */
const unspaced = /* @__PURE__ */ new RegExp(
  `[${unspacedScripts}][${unspacedScripts}\\p{M}]*`,
  "gu",
);

/**
 * Runs of letters, marks and digits of any script, NFKC-normalised and in lower case; no stop words, no stemming. Runs of
 * scripts without blanks are split into words by the runtime's dictionaries (`Intl.Segmenter`), which are not the same in
 * every runtime; without one into pairs of neighbouring characters, as Lucene's analyzer for these scripts does.
 */
export const tokenizeWords: Bm25Tokenizer = (text) => {
  const runs =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return runs.flatMap(wordsOf);
};

function wordsOf(run: string): string[] {
  const words: string[] = [];
  let done = 0;
  for (const { 0: part, index } of run.matchAll(unspaced)) {
    if (index > done) words.push(run.slice(done, index));
    // One by one: a run of any length must not become arguments of one call.
    for (const word of splitUnspaced(part)) words.push(word);
    done = index + part.length;
  }
  if (done < run.length) words.push(run.slice(done));
  return words;
}

let segmenter: Intl.Segmenter | undefined;

/** Segmenters take quadratic time in a run's length: nobody writes this many characters without a mark between. */
const longest = 1024;

function splitUnspaced(text: string): string[] {
  // Absent from Firefox before 125, whatever the types say.
  if ((Intl as Partial<typeof Intl>).Segmenter === undefined) return neighbours(text);
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "word" });
  const words: string[] = [];
  for (let start = 0; start < text.length; start += longest) {
    for (const { segment } of segmenter.segment(text.slice(start, start + longest))) {
      words.push(segment);
    }
  }
  return words;
}

function neighbours(text: string): string[] {
  const characters = Array.from(text);
  return characters.length < 2
    ? characters
    : characters.slice(1).map((character, i) => characters[i] + character);
}
