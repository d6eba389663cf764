import { sha256 } from "../../base/sha256.js";
import { comparableText } from "../../data/split/comparable-text.js";
import type { TextTables } from "../../data/texts/text-tables.js";
import type { PairColumns } from "../../data/types.js";

/** Characters of such a hash: 54 bits, which two of a million questions share once in 36,000 such sets. */
export const questionHashLength = 9;

/**
 * Hashes of the questions that an adapter was fitted on, to know them again without holding them: of each, in the form in which
 * two texts count as the same, the first characters of its SHA-256 in base64url.
 */
export async function hashQuestions(questions: readonly string[]): Promise<string[]> {
  const whole = await sha256(questions.map(comparableText));
  return whole.map((hash) => hash.slice(0, questionHashLength));
}

/** Questions of the data that an adapter has not seen, and how many it has. */
export interface FreshTables {
  readonly tables: TextTables;
  /** Labelled questions that the adapter was fitted on, in whatever spelling. */
  readonly learnt: number;
  /** Labelled questions in all. */
  readonly questions: number;
}

/**
 * Leaves out the questions that an adapter was fitted on: on those any adapter looks good. Where there are no others they stay,
 * for whoever asks gets an answer and is told.
 *
 * @param known What {@link hashQuestions} gave; `null` where nobody kept it.
 */
export async function leaveOutLearnt(
  tables: TextTables,
  known: readonly string[] | null,
): Promise<FreshTables> {
  const { queries, pairs } = tables;
  const labelled = new Set(pairs.query.filter((_, i) => pairs.label[i] === 1));
  const all = { tables, learnt: 0, questions: labelled.size };
  if (known === null || known.length === 0) return all;
  const seen = new Set(known);
  const hashes = await hashQuestions(queries);
  const isLearnt = (row: number): boolean => seen.has(hashes[row]);
  const learnt = [...labelled].filter(isLearnt).length;
  if (learnt === 0 || learnt === labelled.size) return { ...all, learnt };
  return { ...all, tables: keepQueries(tables, (row) => !isLearnt(row)), learnt };
}

function keepQueries(tables: TextTables, keeps: (row: number) => boolean): TextTables {
  const rows = [...tables.queries.keys()].filter(keeps);
  const place = new Map(rows.map((row, to) => [row, to]));
  const { query, passage, label, grade } = tables.pairs;
  const kept = [...query.keys()].filter((i) => place.has(query[i]));
  const pairs: PairColumns = {
    query: Uint32Array.from(kept, (i) => place.get(query[i])!),
    passage: Uint32Array.from(kept, (i) => passage[i]),
    label: Uint8Array.from(kept, (i) => label[i]),
    ...(grade === undefined ? {} : { grade: Float64Array.from(kept, (i) => grade[i]) }),
  };
  const { queries } = tables.items;
  return {
    ...tables,
    queries: rows.map((row) => tables.queries[row]),
    queryIds: rows.map((row) => tables.queryIds[row]),
    groups: tables.groups === undefined ? undefined : rows.map((row) => tables.groups![row]),
    pairs,
    items: {
      ...tables.items,
      queries: { ...queries, first: Int32Array.from(rows, (row) => queries.first[row]) },
    },
  };
}
