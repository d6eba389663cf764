import { comparableText } from "../../data/split/comparable-text.js";
import { goldKey, looseKey } from "../../data/text-identity.js";
import type { KnownPositives } from "../known-positives.js";
import { memoize } from "../memoize.js";
import { holdsWords } from "./holds-words.js";

/** Shorter texts ("Paris") stand in many passages by chance, and the passage around them need not answer anything. */
const SHORTEST_HELD = 20;

/** Why a passage is no negative of a query, by their texts alone. */
export type OwnTextReason =
  /** It repeats or holds the text of a positive of the query. */
  | "repeats-positive"
  /** It is the query over again: question corpora and sets of paraphrases hold their questions. */
  | "repeats-query";

/** How the guard against a query's own texts compares. */
export interface FoldOption {
  /**
   * What a negative may not repeat, its query and its positives, is told up to case, punctuation and spacing; and
   * queries that are equal up to these share their positives. `false` asks for equality up to Unicode NFC and blanks at
   * the ends, for sets in which the passage of `ls -L` is a good negative of `ls -l`.
   *
   * @default true
   */
  readonly fold?: boolean | undefined;
}

/** Refuses passages that repeat a query or what answers it. */
export interface OwnTextGuard {
  /** The form in which two passages count as one. */
  readonly keyOf: (text: string) => string;
  /** Made once a query, asked of every candidate. */
  of(known: KnownPositives): (passage: string) => OwnTextReason | null;
}

/** @param all Every query with its positives: those of queries that fold into one are shared. */
export function createOwnTextGuard(all: Iterable<KnownPositives>, fold: boolean): OwnTextGuard {
  const keyOf = memoize(fold ? looseKey : goldKey);
  const wordsOf = memoize(fold ? comparableText : goldKey);
  const byQuery = new Map<string, { keys: Set<string>; words: Set<string> }>();
  for (const { query, texts } of all) {
    const key = keyOf(query);
    const own = byQuery.get(key) ?? { keys: new Set(), words: new Set() };
    byQuery.set(key, own);
    for (const text of texts.values()) {
      own.keys.add(keyOf(text));
      const words = wordsOf(text);
      if (words.length >= SHORTEST_HELD) own.words.add(words);
    }
  }
  return {
    keyOf,
    of({ query }) {
      const own = keyOf(query);
      const { keys, words } = byQuery.get(own)!;
      return (passage) => {
        const key = keyOf(passage);
        if (keys.has(key)) return "repeats-positive";
        if (key === own) return "repeats-query";
        if (words.size === 0) return null;
        const text = wordsOf(passage);
        for (const held of words) if (holdsWords(text, held)) return "repeats-positive";
        return null;
      };
    },
  };
}
