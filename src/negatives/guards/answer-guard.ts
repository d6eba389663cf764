import { comparableText } from "../../data/split/comparable-text.js";
import { goldKey } from "../../data/text-identity.js";
import type { Question } from "../../data/types.js";
import { memoize } from "../memoize.js";
import { holdsWords } from "./holds-words.js";
import type { NegativeGuard } from "./negative-guard.js";
import type { FoldOption } from "./own-texts.js";

/**
 * Refuses (`"holds-answer"`) a passage that holds one of the query's short answers as whole words, whatever their case (unless `fold` is
 * `false`).
 *
 * @param answers The short answers of each query, e.g. {@link shortAnswersOf} the questions, or DPR's `answers`.
 */
export function createAnswerGuard(
  answers: Iterable<readonly [query: string, answers: Iterable<string>]>,
  { fold = true }: FoldOption = {},
): NegativeGuard {
  const form = fold ? comparableText : goldKey;
  const byQuery = new Map<string, Set<string>>();
  for (const [query, texts] of answers) {
    const key = form(query);
    const known = byQuery.get(key) ?? new Set<string>();
    byQuery.set(key, known);
    for (const text of texts) known.add(form(text));
  }
  const comparable = memoize(form);
  return (query, passage) => {
    const known = byQuery.get(comparable(query));
    if (known === undefined || known.size === 0) return null;
    const text = comparable(passage);
    for (const answer of known) if (holdsWords(text, answer)) return "holds-answer";
    return null;
  };
}

/** The short answers of any annotator, per question. */
export function shortAnswersOf(questions: Iterable<Question>): [query: string, string[]][] {
  return Array.from(questions, (question) => [
    question.text,
    question.annotations.flatMap(({ shortAnswers }) => shortAnswers.map(({ text }) => text)),
  ]);
}
