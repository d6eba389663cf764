import type { Question } from "../../data/types.js";
import { remember } from "../memoize.js";
import { goldSpans, spansOverlap } from "../natural-questions/gold.js";
import { comparableText } from "../../data/split/comparable-text.js";
import { holdsWords } from "../compare-texts.js";

/** A guard's reason for refusing a passage, by which refusals are counted; a caller's guard may give its own. */
export type GuardReason = "overlaps-gold" | "holds-answer" | (string & NonNullable<unknown>);

/** Says why a passage is no negative for a query, or `null` when it may be one. */
export type NegativeGuard = (query: string, passage: string) => GuardReason | null;

/** The reason of the first guard that refuses, or `null`. */
export function firstReason(
  guards: readonly NegativeGuard[],
  query: string,
  passage: string,
): GuardReason | null {
  for (const guard of guards) {
    const reason = guard(query, passage);
    if (reason !== null) return reason;
  }
  return null;
}

/**
 * Refuses (`"overlaps-gold"`) the text of every candidate that overlaps, contains or stands inside a passage that any
 * annotator of the question chose. For mining Natural Questions over a pool of all candidates, where the list around a
 * gold item, or the item inside a gold list, would otherwise be the nearest "negative".
 */
export function goldGuard(questions: Iterable<Question>): NegativeGuard {
  const refused = new Map<string, Set<string>>();
  for (const question of questions) {
    const spans = goldSpans(question);
    if (spans.length === 0) continue;
    const texts = setOf(refused, comparableText(question.text));
    for (const { text } of spans) texts.add(comparableText(text));
    for (const candidate of question.candidates) {
      if (spans.some((span) => spansOverlap(span, candidate))) {
        texts.add(comparableText(candidate.text));
      }
    }
  }
  const comparable = remember(comparableText);
  return (query, passage) =>
    refused.get(comparable(query))?.has(comparable(passage)) === true ? "overlaps-gold" : null;
}

/**
 * Refuses (`"holds-answer"`) a passage that holds one of the query's short answers as whole words, whatever their case.
 *
 * @param answers the short answers of each query, e.g. {@link shortAnswersOf} the questions, or DPR's `answers`
 */
export function answerGuard(
  answers: Iterable<readonly [query: string, answers: Iterable<string>]>,
): NegativeGuard {
  const byQuery = new Map<string, Set<string>>();
  for (const [query, texts] of answers) {
    const known = setOf(byQuery, comparableText(query));
    for (const text of texts) known.add(comparableText(text));
  }
  const comparable = remember(comparableText);
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

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
}
