import type { Pair, Question } from "../../data/types.js";
import { checkInteger } from "../../base/checks.js";
import { createDropCounter, type DropCounts } from "../drop-counts.js";
import { goldSpans, pageOf, requiredAnnotators } from "./gold.js";
import { checkLengths, lengthReason, type LengthOptions } from "../passage-length.js";
import { goldKey } from "../../data/text-identity.js";

export interface PositivePairsOptions extends LengthOptions {
  /**
   * How many annotators of a question must have marked a long answer for it to count as answered.
   *
   * @default 2 where several annotators judged the question (the official rule for the dev set), else 1
   */
  readonly minAnnotators?: number | undefined;
}

/** Why a question or a gold passage gave no positive. */
export type PositiveDrop =
  /** No annotator found an answer. */
  | "no-long-answer"
  /** Fewer annotators than required found one. */
  | "too-few-annotators"
  /** The same question with the same passage text came before. */
  | "duplicate"
  | "too-short"
  | "too-long";

export interface PositivePairs {
  /** One pair per question and distinct gold passage: label 1, kind `"gold"`, the page as group. */
  readonly pairs: readonly Pair[];
  readonly counts: {
    readonly questions: number;
    /** Questions that gave at least one pair. */
    readonly answered: number;
    /** Questions (`no-long-answer`, `too-few-annotators`) and gold passages (the rest) that gave none. */
    readonly drops: DropCounts<PositiveDrop>;
  };
}

/**
 * The gold pairs of Natural Questions examples: each question with each distinct passage its annotators chose. Questions
 * without an answer are skipped and counted.
 *
 * @throws RangeError when an option is out of range.
 */
export function positivePairs(
  questions: Iterable<Question>,
  { minAnnotators, minLength = 1, maxLength = Infinity }: PositivePairsOptions = {},
): PositivePairs {
  checkLengths(minLength, maxLength, "positivePairs");
  checkMinAnnotators(minAnnotators, "positivePairs");
  const drops = createDropCounter<PositiveDrop>();
  const seen = new Set<string>();
  const pairs: Pair[] = [];
  let total = 0;
  let answered = 0;
  for (const question of questions) {
    total++;
    const spans = goldSpans(question);
    const annotators = spans.reduce((sum, span) => sum + span.annotators, 0);
    if (annotators === 0) {
      drops.add("no-long-answer");
      continue;
    }
    if (annotators < (minAnnotators ?? requiredAnnotators(question))) {
      drops.add("too-few-annotators");
      continue;
    }
    const before = pairs.length;
    for (const { text } of spans) {
      const reason = lengthReason(text, minLength, maxLength);
      const key = `${goldKey(question.text)}\n${goldKey(text)}`;
      if (reason !== null) drops.add(reason);
      else if (seen.has(key)) drops.add("duplicate");
      else {
        seen.add(key);
        const group = pageOf(question);
        pairs.push({ query: question.text, passage: text, label: 1, group, kind: "gold" });
      }
    }
    if (pairs.length > before) answered++;
  }
  return { pairs, counts: { questions: total, answered, drops: drops.counts() } };
}

/** @throws RangeError unless the number is left out or an integer of at least 1. */
export function checkMinAnnotators(minAnnotators: number | undefined, caller: string): void {
  if (minAnnotators !== undefined) {
    checkInteger(minAnnotators, `${caller}: minAnnotators`, { least: 1 });
  }
}
