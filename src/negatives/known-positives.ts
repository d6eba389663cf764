import { goldKey } from "../data/text-identity.js";
import type { Pair } from "../data/types.js";
import { compareTexts } from "./compare-texts.js";

/** What is known to be right for one query, from all its positive pairs, wherever in the input they stand. */
export interface KnownPositives {
  /** The query as written; the least of several writings of one text. */
  readonly query: string;
  /** Its group; the least of several. */
  readonly group: string;
  /** Its positives by {@link goldKey}, each with a passage as written. */
  readonly texts: ReadonlyMap<string, string>;
  /** Pages on which it has a positive. */
  readonly groups: ReadonlySet<string>;
}

/**
 * Groups positive pairs (label 1) by query, in the order in which the queries first appear. Queries are one where their
 * {@link goldKey} is.
 */
export function knownPositives(pairs: Iterable<Pair>): Map<string, KnownPositives> {
  const byQuery = new Map<
    string,
    { query: string; group: string; texts: Map<string, string>; groups: Set<string> }
  >();
  for (const { query, passage, label, group } of pairs) {
    if (label !== 1) continue;
    const key = goldKey(query);
    let known = byQuery.get(key);
    if (known === undefined) {
      known = { query, group, texts: new Map(), groups: new Set() };
      byQuery.set(key, known);
    }
    // The least of several writings and groups, so that the order of the pairs decides nothing.
    if (compareTexts(query, known.query) < 0) known.query = query;
    if (compareTexts(group, known.group) < 0) known.group = group;
    const text = goldKey(passage);
    const writing = known.texts.get(text);
    if (writing === undefined || compareTexts(passage, writing) < 0) {
      known.texts.set(text, passage);
    }
    known.groups.add(group);
  }
  return byQuery;
}
