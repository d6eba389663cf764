import type { Pair } from "../data/types.js";
import { comparableText } from "../data/split/comparable-text.js";
import { compareTexts } from "./compare-texts.js";

/** What is known to be right for one query, from all its positive pairs, wherever in the input they stand. */
export interface KnownPositives {
  /** The query; the least of its spellings. */
  readonly query: string;
  /** Its group; the least of several. */
  readonly group: string;
  /** Comparable texts of its positives, each with a passage as written. */
  readonly texts: ReadonlyMap<string, string>;
  /** Pages on which it has a positive. */
  readonly groups: ReadonlySet<string>;
}

/** Groups positive pairs (label 1) by query, in the order in which the queries first appear; equal queries are one. */
export function knownPositives(pairs: Iterable<Pair>): Map<string, KnownPositives> {
  const byQuery = new Map<
    string,
    { query: string; group: string; texts: Map<string, string>; groups: Set<string> }
  >();
  for (const { query, passage, label, group } of pairs) {
    if (label !== 1) continue;
    const key = comparableText(query);
    let known = byQuery.get(key);
    if (known === undefined) {
      known = { query, group, texts: new Map(), groups: new Set() };
      byQuery.set(key, known);
    }
    // The least of several spellings and groups, so that the order of the pairs decides nothing.
    if (compareTexts(query, known.query) < 0) known.query = query;
    if (compareTexts(group, known.group) < 0) known.group = group;
    const text = comparableText(passage);
    const spelling = known.texts.get(text);
    if (spelling === undefined || compareTexts(passage, spelling) < 0) {
      known.texts.set(text, passage);
    }
    known.groups.add(group);
  }
  return byQuery;
}
