import type { Question, TokenSpan } from "../../data/types.js";

/** The page a question belongs to, as a group that splits keep whole: its title, else its address, else its own id. */
export function pageOf(question: Question): string {
  return question.title || question.url || question.id;
}

/** A passage that at least one annotator chose. */
export interface GoldSpan extends TokenSpan {
  readonly text: string;
  /** How many annotators chose exactly this span. */
  readonly annotators: number;
}

/** Every distinct span that any annotator chose as long answer, in the order of the page. */
export function goldSpans(question: Question): GoldSpan[] {
  const bySpan = new Map<string, GoldSpan>();
  for (const { longAnswer } of question.annotations) {
    if (longAnswer === null) continue;
    const { startToken, endToken, text } = longAnswer;
    const key = `${startToken}:${endToken}`;
    const annotators = (bySpan.get(key)?.annotators ?? 0) + 1;
    bySpan.set(key, { startToken, endToken, text, annotators });
  }
  return [...bySpan.values()].sort(
    (a, b) => a.startToken - b.startToken || a.endToken - b.endToken,
  );
}

/**
 * How many annotators must have marked a long answer for the question to count as answered: 2 where several judged it
 * (the rule of Google's own evaluation of the five-way dev set), 1 where a single one did (train).
 */
export function requiredAnnotators(question: Question): number {
  return Math.min(2, question.annotations.length);
}

/** Whether two spans share a token; so also when one contains the other. */
export function spansOverlap(a: TokenSpan, b: TokenSpan): boolean {
  return a.startToken < b.endToken && b.startToken < a.endToken;
}
