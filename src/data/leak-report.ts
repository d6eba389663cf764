import { splitKeys, type SplitKeys } from "./split-keys.js";
import type { Pair, Question } from "./types.js";

/** What two sets share, in comparable form (lower case, single blanks), sorted. */
export interface LeakReport {
  /** True when they share nothing. */
  readonly clean: boolean;
  readonly questions: readonly string[];
  readonly passages: readonly string[];
  readonly pages: readonly string[];
}

/** Looks for questions, answering passages and pages that stand in both sets, as train and test must not share them. */
export function leakReport<T extends Question | Pair>(
  a: readonly T[],
  b: readonly T[],
): LeakReport {
  const [keysA, keysB] = [a.map(splitKeys), b.map(splitKeys)];
  const shared = (kind: keyof SplitKeys): string[] => {
    const inA = new Set(keysA.flatMap((keys) => keys[kind]));
    return [...new Set(keysB.flatMap((keys) => keys[kind]))].filter((key) => inA.has(key)).sort();
  };
  const [questions, passages, pages] = [shared("questions"), shared("passages"), shared("pages")];
  const clean = questions.length + passages.length + pages.length === 0;
  return { clean, questions, passages, pages };
}
