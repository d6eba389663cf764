import { checkInteger, checkNumber } from "../../base/checks.js";
import { nearDuplicates, type NearDuplicate } from "./shingles.js";
import { splitKeys, type SplitKeys } from "./split-keys.js";
import type { Pair, Question } from "../types.js";

/** What two sets share, in comparable form (lower case, single blanks), sorted. */
export interface LeakReport {
  /** True when no question, passage or page is in both. */
  readonly clean: boolean;
  readonly questions: readonly string[];
  readonly passages: readonly string[];
  readonly pages: readonly string[];
  /**
   * Texts that are nearly, but not exactly, the same on both sides, the most similar first. They are no proof of a leak
   * ("who won the cup in 2010" and "… in 2011"), but worth a look.
   */
  readonly nearQuestions: readonly NearDuplicate[];
  readonly nearPassages: readonly NearDuplicate[];
}

export interface LeakReportOptions {
  /**
   * How much two texts must share to count as nearly the same: word runs in both, of those in either; 1 looks for none.
   *
   * @default 0.8
   */
  readonly nearThreshold?: number | undefined;
  /** Words in a run. @default 3 */
  readonly shingleSize?: number | undefined;
}

/**
 * Looks for questions, answering passages and pages that stand in both sets, as train and test must not share them; and
 * for texts that are nearly the same.
 *
 * @throws RangeError when an option is out of range.
 */
export function leakReport<T extends Question | Pair>(
  a: readonly T[],
  b: readonly T[],
  { nearThreshold = 0.8, shingleSize = 3 }: LeakReportOptions = {},
): LeakReport {
  checkNumber(nearThreshold, "leakReport: nearThreshold", { above: 0, most: 1 });
  checkInteger(shingleSize, "leakReport: shingleSize", { least: 1 });
  const [keysA, keysB] = [a.map(splitKeys), b.map(splitKeys)];
  const texts = (keys: readonly SplitKeys[], kind: keyof SplitKeys): string[] => [
    ...new Set(keys.flatMap((of) => of[kind])),
  ];
  const compare = (kind: keyof SplitKeys): { same: string[]; near: NearDuplicate[] } => {
    const inA = texts(keysA, kind);
    const inB = texts(keysB, kind);
    const setA = new Set(inA);
    const same = inB.filter((text) => setA.has(text)).sort();
    if (kind === "pages" || nearThreshold === 1) return { same, near: [] };
    const pairs = nearDuplicates(inA, inB, { threshold: nearThreshold, size: shingleSize });
    return { same, near: pairs.filter((pair) => pair.a !== pair.b) };
  };
  const questions = compare("questions");
  const passages = compare("passages");
  const pages = compare("pages");
  return {
    clean: questions.same.length + passages.same.length + pages.same.length === 0,
    questions: questions.same,
    passages: passages.same,
    pages: pages.same,
    nearQuestions: questions.near,
    nearPassages: passages.near,
  };
}
