import { DataError, type Place } from "../data-error.js";

/** Which columns of a row of judgements are what. */
export interface QrelsColumns {
  readonly query: number;
  readonly passage: number;
  readonly score: number;
}

const byName = {
  query: ["queryid", "qid", "topic"],
  passage: ["corpusid", "docid", "documentid", "passageid", "pid", "docno"],
  score: ["score", "relevance", "rel", "label", "grade"],
};

/**
 * The columns by the first row: a header that names them, BEIR's three columns or TREC's four.
 *
 * @throws DataError for a row that is none of these.
 */
export function qrelsColumns(
  fields: readonly string[],
  place: Place,
): { readonly columns: QrelsColumns; readonly isHeader: boolean } {
  const names = fields.map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ""));
  const find = (known: readonly string[]): number =>
    names.findIndex((name) => known.includes(name));
  const named = {
    query: find(byName.query),
    passage: find(byName.passage),
    score: find(byName.score),
  };
  if (Math.min(...Object.values(named)) >= 0) return { columns: named, isHeader: true };
  const numeric = parseDecimal(fields[fields.length - 1]) !== undefined;
  if (numeric && fields.length === 3) {
    return { columns: { query: 0, passage: 1, score: 2 }, isHeader: false };
  }
  // "q1 0 p1 yes" is of this kind too, and its grade is what is wrong.
  if (fields.length === 4 && (numeric || parseDecimal(fields[1]) !== undefined)) {
    return { columns: { query: 0, passage: 2, score: 3 }, isHeader: false };
  }
  throw new DataError(
    place,
    `the columns must be query-id, corpus-id and score, received ${fields.slice(0, 8).join(", ")}`,
  );
}

/** A finite number as files write them, "2", "-1.0", ".5", "1.5E-05"; `undefined` for anything else, hexadecimal too. */
export function parseDecimal(text: string): number | undefined {
  const plain = text.trim();
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
