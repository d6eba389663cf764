import { show } from "../../base/show.js";
import { DataError, type Place } from "../../data/data-error.js";
import { greatestGrade } from "../../data/grade.js";
import { parseDecimal, qrelsColumns, type QrelsColumns } from "../../data/pairs/qrels-columns.js";

/** One passage of a ranking. */
export interface Retrieved {
  readonly id: string;
  /** Higher for nearer. */
  readonly score: number;
}

/** What a system retrieved: per query id its passages; the scores rule, not the order. */
export type Run = ReadonlyMap<string, readonly Retrieved[]>;

/**
 * Relevance judgements: per query id the grade of each judged passage id. 0 is judged irrelevant; below 0 counts as not
 * judged, as in trec_eval.
 */
export type Qrels = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Reads a TREC run: `query iteration passage rank score tag` per line, between them tabs or blanks. As in trec_eval, rank
 * and tag are ignored; a line that begins with `#` and is no row is a comment. The same row twice counts once.
 *
 * @param source Names the text in errors, e.g. the path.
 * @throws DataError naming source and line: too few fields, a score that is no finite number, a passage with two scores.
 */
export function parseRun(text: string, source = "run"): Map<string, Retrieved[]> {
  const run = new Map<string, Retrieved[]>();
  const seen = new Map<string, number>();
  for (const { line, fields } of rowsOf(text)) {
    const place = { source, line };
    const score = fields.length === 6 ? parseDecimal(fields[4]) : undefined;
    if (score === undefined) {
      if (fields[0].startsWith("#")) continue;
      throw new DataError(
        place,
        fields.length === 6
          ? `score must be a finite number, received ${show(fields[4])}`
          : `line must be "query Q0 passage rank score tag", received ${fields.length} fields`,
      );
    }
    const [query, , id] = fields;
    if (isRepeat(seen, query, id, score, place)) continue;
    const list = run.get(query);
    if (list === undefined) run.set(query, [{ id, score }]);
    else list.push({ id, score });
  }
  return run;
}

/**
 * Reads relevance judgements: TREC's `query iteration passage grade`, or BEIR's three columns with or without the header
 * `query-id corpus-id score`. Between columns stand tabs, or blanks where a row has no tab. A line that begins with `#` and
 * is no row is a comment. The same judgement twice counts once.
 *
 * @param source Names the text in errors, e.g. the path.
 * @throws DataError naming source and line: too few fields, a grade that is no whole number, a passage with two grades.
 */
export function parseQrels(text: string, source = "qrels"): Map<string, Map<string, number>> {
  const qrels = new Map<string, Map<string, number>>();
  const seen = new Map<string, number>();
  let columns: QrelsColumns | undefined;
  let hasHeader = false;
  for (const { line, row, fields: words } of rowsOf(text)) {
    const place = { source, line };
    // An id may hold a blank where tabs part the columns.
    const raw = row.split("\t").map((cell) => cell.trim());
    // BEIR's writer quotes an id that holds quotes, and doubles them; TREC's four columns know no quotes.
    const cells = raw.length === 3 || hasHeader ? raw.map(unquoted) : raw;
    const fields = cells.length >= 3 ? cells : words;
    const comment = fields[0].startsWith("#");
    if (columns === undefined) {
      if (comment && parseDecimal(fields.at(-1)!) === undefined) continue;
      const found = qrelsColumns(fields, place);
      columns = found.columns;
      hasHeader = found.isHeader;
      if (hasHeader) continue;
    }
    const needed = Math.max(columns.query, columns.passage, columns.score) + 1;
    if (fields.length < needed) {
      if (comment) continue;
      const expected = needed === 4 ? "query 0 passage grade" : "query-id corpus-id score";
      throw new DataError(place, `line must be "${expected}", received ${fields.length} fields`);
    }
    const grade = parseDecimal(fields[columns.score]);
    if (grade === undefined || !Number.isSafeInteger(grade)) {
      if (comment) continue;
      const least = Number.isInteger(grade) ? ` of at most ${greatestGrade}` : "";
      throw new DataError(
        place,
        `grade must be an integer${least}, received ${show(fields[columns.score])}`,
      );
    }
    const query = fields[columns.query];
    const id = fields[columns.passage];
    if (isRepeat(seen, query, id, grade, place)) continue;
    const judged = qrels.get(query);
    if (judged === undefined) qrels.set(query, new Map([[id, grade]]));
    else judged.set(id, grade);
  }
  return qrels;
}

/**
 * A run as TREC text, best first, ranks from 1. Scores are written so that they read back exactly.
 *
 * @param tag Names the system in the last column. @default "embedtune"
 * @throws RangeError when an id or the tag is empty or holds white space, which the format cannot carry.
 */
export function formatRun(run: Run, { tag = "embedtune" }: { tag?: string } = {}): string {
  checkField(tag, "formatRun: tag");
  const lines: string[] = [];
  for (const [query, passages] of run) {
    checkField(query, "formatRun: query id");
    const ordered = passages.toSorted((a, b) => b.score - a.score || compareIds(b.id, a.id));
    for (const [i, { id, score }] of ordered.entries()) {
      checkField(id, "formatRun: passage id");
      lines.push(`${query} Q0 ${id} ${i + 1} ${score} ${tag}\n`);
    }
  }
  return lines.join("");
}

/** Judgements as TREC text. @throws RangeError when an id is empty or holds white space. */
export function formatQrels(qrels: Qrels): string {
  const lines: string[] = [];
  for (const [query, judged] of qrels) {
    checkField(query, "formatQrels: query id");
    for (const [id, grade] of judged) {
      checkField(id, "formatQrels: passage id");
      lines.push(`${query} 0 ${id} ${grade}\n`);
    }
  }
  return lines.join("");
}

/** Orders ids as C's `strcmp` orders their UTF-8 bytes, which is by code point. */
export function compareIds(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}

/** Rows that hold something; what parts their words is a blank or a tab, and not what else Unicode takes for space. */
function* rowsOf(text: string): Generator<{ line: number; row: string; fields: string[] }> {
  let line = 0;
  for (const ended of text.split("\n")) {
    line++;
    // Files joined one after the other bring their byte order marks along.
    const row = ended.replace(/^\ufeff+/, "").replace(/\r$/, "");
    const fields = row.split(/[ \t]+/).filter((word) => word !== "");
    if (fields.length > 0) yield { line, row, fields };
  }
}

function unquoted(cell: string): string {
  return /^"(?:[^"]|"")*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

/** @throws DataError where a passage comes again with another value. */
function isRepeat(
  seen: Map<string, number>,
  query: string,
  id: string,
  value: number,
  place: Place,
): boolean {
  const key = `${query}\t${id}`; // neither holds a tab
  const known = seen.get(key);
  seen.set(key, value);
  if (known === undefined || known === value) return known !== undefined;
  throw new DataError(
    place,
    `passages must be listed once per query, received ${show(id)} twice for ${show(query)}, with ${known} and ${value}`,
  );
}

function checkField(value: string, place: string): void {
  if (value === "" || /\s/.test(value)) {
    throw new RangeError(
      `${place} must be neither empty nor hold white space in a TREC file, received ${show(value)}`,
    );
  }
}
