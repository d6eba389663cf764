import { goldKey } from "../../data/text-identity.js";
import { findNearTexts, nearTo } from "../../data/texts/near-texts.js";
import type { TextTables } from "../../data/texts/text-tables.js";
import type { Matrix } from "../../math/matrix.js";
import type { LabelledVectors } from "../claims/labelled-corpus.js";

/** What `fitAdapter` takes, and how many texts have a near-duplicate. */
export interface LabelledTexts {
  readonly data: LabelledVectors;
  /** Among the questions, and among the passages that pairs name. */
  readonly nearDuplicates: { readonly queries: number; readonly passages: number };
}

/**
 * Texts with their vectors, as `fitAdapter` and `judgeAdapter` take them: near-duplicates stay together, so that nothing
 * is judged by what was learnt from under another spelling.
 */
export function labelTexts(
  { queries, passages, queryIds, passageIds, pairs, groups, items }: TextTables,
  vectors: { readonly queries: Matrix; readonly passages: Matrix },
): LabelledTexts {
  const nearQueries = findNearTexts(queries);
  // Only what is learnt from can give anything away.
  const named = [...new Set(pairs.passage)].sort((a, b) => a - b);
  const nearPassages = findNearTexts(named.map((row) => passages[row]));
  const twin = Uint32Array.from(passages.keys());
  for (const [i, row] of named.entries()) twin[row] = named[nearPassages.first[i]];
  // What pairs brought to the corpus may be not quite one of its own.
  const brought = named.filter((row) => items.passages.first[row] === -1);
  const own =
    brought.length === 0 ? [] : passages.filter((_, row) => items.passages.first[row] !== -1);
  for (const { i, j } of nearTo(
    brought.map((row) => passages[row]),
    own,
  )) {
    // The corpus's come first, so that their rows are those of this list.
    twin[j] = twin[brought[i]];
  }
  const ownPassage = ownPassages({ queries, passages, queryIds, passageIds });
  const twins = { queries: nearQueries.first, passages: twin };
  return {
    data: { ...vectors, pairs, groups, twins, ...(ownPassage && { ownPassage }) },
    nearDuplicates: { queries: nearQueries.count, passages: nearPassages.count },
  };
}

/**
 * Per query the passage that is the query itself, as in corpora of questions: by equal ids, as BEIR has it, where the passage
 * also ends as the query reads, since elsewhere both sides are just numbered from 1.
 */
function ownPassages({
  queries,
  passages,
  queryIds,
  passageIds,
}: Pick<TextTables, "queries" | "passages" | "queryIds" | "passageIds">): Int32Array | undefined {
  if (queryIds.every((id) => id === null)) return undefined;
  const rowOf = new Map(passageIds.map((id, row) => [id, row]));
  return Int32Array.from(queryIds, (id, query) => {
    const row = id === null ? undefined : rowOf.get(id);
    if (row === undefined) return -1;
    return goldKey(passages[row]).endsWith(goldKey(queries[query])) ? row : -1;
  });
}
