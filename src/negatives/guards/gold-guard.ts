import { comparableText } from "../../data/split/comparable-text.js";
import { goldKey } from "../../data/text-identity.js";
import type { Question } from "../../data/types.js";
import { memoize } from "../memoize.js";
import { goldSpans, spansOverlap } from "../natural-questions/gold.js";
import type { NegativeGuard } from "./negative-guard.js";
import type { FoldOption } from "./own-texts.js";

/**
 * Refuses (`"overlaps-gold"`) the text of every candidate that overlaps, contains or stands inside a passage that any
 * annotator of the question chose. For mining Natural Questions over a pool of all candidates, where the list around a
 * gold item, or the item inside a gold list, would otherwise be the nearest "negative".
 */
export function createGoldGuard(
  questions: Iterable<Question>,
  { fold = true }: FoldOption = {},
): NegativeGuard {
  const form = fold ? comparableText : goldKey;
  const refused = new Map<string, Set<string>>();
  for (const question of questions) {
    const spans = goldSpans(question);
    if (spans.length === 0) continue;
    const key = form(question.text);
    const texts = refused.get(key) ?? new Set<string>();
    refused.set(key, texts);
    for (const { text } of spans) texts.add(form(text));
    for (const candidate of question.candidates) {
      if (spans.some((span) => spansOverlap(span, candidate))) {
        texts.add(form(candidate.text));
      }
    }
  }
  const comparable = memoize(form);
  return (query, passage) =>
    refused.get(comparable(query))?.has(comparable(passage)) === true ? "overlaps-gold" : null;
}
