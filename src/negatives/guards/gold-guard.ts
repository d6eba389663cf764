import { comparableText } from "../../data/split/comparable-text.js";
import type { Question } from "../../data/types.js";
import { memoize } from "../memoize.js";
import { goldSpans, spansOverlap } from "../natural-questions/gold.js";
import type { NegativeGuard } from "./negative-guard.js";

/**
 * Refuses (`"overlaps-gold"`) the text of every candidate that overlaps, contains or stands inside a passage that any
 * annotator of the question chose. For mining Natural Questions over a pool of all candidates, where the list around a
 * gold item, or the item inside a gold list, would otherwise be the nearest "negative".
 */
export function createGoldGuard(questions: Iterable<Question>): NegativeGuard {
  const refused = new Map<string, Set<string>>();
  for (const question of questions) {
    const spans = goldSpans(question);
    if (spans.length === 0) continue;
    const key = comparableText(question.text);
    const texts = refused.get(key) ?? new Set<string>();
    refused.set(key, texts);
    for (const { text } of spans) texts.add(comparableText(text));
    for (const candidate of question.candidates) {
      if (spans.some((span) => spansOverlap(span, candidate))) {
        texts.add(comparableText(candidate.text));
      }
    }
  }
  const comparable = memoize(comparableText);
  return (query, passage) =>
    refused.get(comparable(query))?.has(comparable(passage)) === true ? "overlaps-gold" : null;
}
