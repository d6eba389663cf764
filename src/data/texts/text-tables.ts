import { show } from "../../base/show.js";
import { DataError } from "../data-error.js";
import type { PairColumns } from "../types.js";
import { goldKey } from "../text-identity.js";
import { collectTexts, type TextItem } from "./collect-texts.js";
import { findLikeness } from "./find-likeness.js";
import { distinctPairs, groupsOf } from "./pair-rows.js";
import type { TuningData } from "../tuning-data.js";

/** What was passed over on the way from texts to tables. */
export interface TextCounts {
  /** Pairs, or judgements, as they came. */
  readonly pairs: number;
  /** Pairs that said again what an earlier one had said. */
  readonly duplicatePairs: number;
  /** Pairs labelled both 1 and 0: neither is believed. */
  readonly contradictions: number;
  /** Passages of the corpus that stand in it a second time. */
  readonly duplicatePassages: number;
  /** Different passages that pairs name and a corpus beside them lacks: they stand in it all the same. */
  readonly passagesBesideCorpus: number;
}

/**
 * Where texts first stood, to find vectors that were made beforehand: questions among the pairs, or among the questions;
 * passages among those of the corpus, or among the pairs where there is no corpus.
 */
export interface ItemsOf {
  /** How many items there were. */
  readonly count: number;
  /** Per text the first item that has it; -1 of a passage that pairs name and the corpus lacks. */
  readonly first: Int32Array;
}

/** Each text once ({@link goldKey}), and pairs as index columns into the tables. Plain data. */
export interface TextTables {
  /** Those that a pair or a judgement names. */
  readonly queries: readonly string[];
  /** The corpus in its order, then passages that pairs alone name. */
  readonly passages: readonly string[];
  /** As the caller names them; the first id of a text that has several, `null` of one that has none. */
  readonly queryIds: readonly (string | null)[];
  readonly passageIds: readonly (string | null)[];
  readonly pairs: PairColumns;
  /** Per query what must stay together; `undefined` where nobody said. */
  readonly groups: readonly string[] | undefined;
  readonly items: { readonly queries: ItemsOf; readonly passages: ItemsOf };
  readonly counts: TextCounts;
}

/**
 * Numbers each text, in the order in which it first comes. Texts are one by {@link goldKey}; what stands in the table is the
 * first of them, as it came.
 */
interface Table {
  readonly texts: string[];
  readonly ids: (string | null)[];
  readonly position: number[];
  /** The number of a text, which is new where it had none. */
  add(item: TextItem, position: number): number;
  has(text: string): boolean;
}

function createTable(): Table {
  const numbers = new Map<string, number>();
  const table: Table = {
    texts: [],
    ids: [],
    position: [],
    has: (text) => numbers.has(goldKey(text)),
    add({ text, id }, position) {
      const key = goldKey(text);
      const known = numbers.get(key);
      if (known !== undefined) {
        table.ids[known] ??= id;
        return known;
      }
      const number = numbers.size;
      numbers.set(key, number);
      table.texts.push(text);
      table.ids.push(id);
      table.position.push(position);
      return number;
    },
  };
  return table;
}

/**
 * Brings texts of any of the three shapes into tables: each text once, pairs as columns of row numbers.
 *
 * Texts that are equal but for blanks at the ends and Unicode form (NFC), never but for case, are one, whatever their ids: a
 * second copy would be a rival to the first, and telling the two apart would look like a gain. The first stands for all, with
 * its bytes. A pair's passage is also the corpus's where it lacks the corpus's title. A pair that comes again counts once, with the first grade; a pair that is
 * labelled both 1 and 0 is left out and counted.
 *
 * @param caller The public function that was called, for the messages.
 * @throws DataError naming the item that is not as expected, e.g. `tune: pairs[3]: query must be a text, received nothing
 *   among the fields question, answer`.
 */
export async function layOutTexts(data: TuningData, caller: string): Promise<TextTables> {
  const collected = await collectTexts(data, caller);
  if (collected.pairs.length + collected.corpus.length === 0) {
    throw new DataError(
      { source: `${caller}: data` },
      "must hold at least one pair or passage, received none",
    );
  }
  const queries = createTable();
  const passages = createTable();
  const queryOfId = new Map<string, number>();
  const unjudged = new Map<string, number>();
  const passageOfId = new Map<string, number>();
  const corpusRows = collected.corpus.map((item, i) => {
    const row = passages.add(item, i);
    if (item.id !== null) name(passageOfId, item.id, row, `${caller}: corpus[${i}]`);
    return row;
  });
  const corpusSize = passages.texts.length;
  const duplicatePassages = corpusRows.length - corpusSize;
  const likeness = findLikeness(collected.corpus, corpusRows);
  const judged = new Set(
    collected.pairs.flatMap((pair) => ("queryId" in pair ? pair.queryId : [])),
  );
  for (const [i, item] of collected.queries.entries()) {
    // What nobody judged teaches nothing, and need not be embedded.
    if (item.id !== null && !judged.has(item.id)) {
      name(unjudged, item.id, i, `${caller}: queries[${i}]`);
      continue;
    }
    if (item.text.trim() === "") {
      const place = { source: `${caller}: queries[${i}]` };
      throw new DataError(place, `text must be a text, received ${show(item.text)}`);
    }
    const row = queries.add(item, i);
    if (item.id !== null) name(queryOfId, item.id, row, `${caller}: queries[${i}]`);
  }
  const hasCorpus = corpusRows.length > 0;
  const rows = collected.pairs.map((pair, i) => {
    if ("queryId" in pair) {
      const place = `${caller}: qrels[${i}]`;
      return {
        query: known(queryOfId, pair.queryId, place, "queryId", "a query"),
        passage: known(passageOfId, pair.passageId, place, "passageId", "a passage of the corpus"),
        label: pair.score > 0 ? 1 : 0,
        grade: pair.score > 0 ? pair.score : 1,
        group: pair.group ?? null,
      };
    }
    const { label, grade, group } = pair;
    const query = queries.add({ text: pair.query, id: null }, i);
    const passage = { text: pair.passage, id: null };
    const like = hasCorpus && !passages.has(pair.passage) ? likeness(pair.passage) : undefined;
    return {
      query,
      passage: like ?? passages.add(passage, hasCorpus ? -1 : i),
      label,
      grade,
      group,
    };
  });
  const { pairs, duplicatePairs, contradictions } = distinctPairs(rows, passages.texts.length);
  return {
    ...{ queries: queries.texts, passages: passages.texts },
    ...{ queryIds: queries.ids, passageIds: passages.ids, pairs },
    groups: groupsOf(rows, queries.texts),
    items: {
      queries: itemsOf(queries, collected.queries.length > 0 ? collected.queries : rows),
      passages: itemsOf(passages, hasCorpus ? corpusRows : rows),
    },
    counts: {
      ...{ pairs: rows.length, duplicatePairs, contradictions, duplicatePassages },
      passagesBesideCorpus: hasCorpus ? passages.texts.length - corpusSize : 0,
    },
  };
}

function name(rows: Map<string, number>, id: string, row: number, place: string): void {
  if (rows.has(id)) {
    throw new DataError(
      { source: place },
      `id must be another in every record, received ${show(id)} again`,
    );
  }
  rows.set(id, row);
}

function known(
  rows: ReadonlyMap<string, number>,
  id: string,
  place: string,
  field: string,
  what: string,
): number {
  const row = rows.get(id);
  if (row !== undefined) return row;
  throw new DataError({ source: place }, `${field} must be that of ${what}, received ${show(id)}`);
}

const itemsOf = ({ position }: Table, { length }: ArrayLike<unknown>): ItemsOf => ({
  count: length,
  first: Int32Array.from(position),
});
