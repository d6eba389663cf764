import { comparableText } from "./comparable-text.js";
import type { Pair, Question } from "../types.js";

/** What two sides of a split must not share. */
export interface SplitKeys {
  readonly questions: readonly string[];
  /** Passages that answer; the negatives are drawn within a side. */
  readonly passages: readonly string[];
  readonly pages: readonly string[];
}

/**
 * What ties an example to others: its question, the passages that answer it, and its page (the title of a
 * {@link Question}, its address where it has no title; the group of a {@link Pair}), in comparable form. A pair of label 0 is not tied by its passage:
 * one popular negative would tie everything together.
 */
export function splitKeys(item: Question | Pair): SplitKeys {
  if ("query" in item) {
    return {
      questions: comparable([item.query]),
      passages: item.label === 1 ? comparable([item.passage]) : [],
      pages: comparable([item.group]),
    };
  }
  return {
    questions: comparable([item.text]),
    passages: comparable(item.annotations.map(({ longAnswer }) => longAnswer?.text ?? "")),
    pages: comparable([item.title === "" ? item.url : item.title]),
  };
}

function comparable(texts: readonly string[]): string[] {
  return [...new Set(texts.map(comparableText))].filter((text) => text !== "");
}
