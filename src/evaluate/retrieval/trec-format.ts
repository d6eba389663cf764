import { show } from "../../base/show.js";
import { DataError } from "../../data/data-error.js";

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
 * Reads a TREC run: `query iteration passage rank score tag` per line. As in trec_eval, rank and tag are ignored.
 *
 * @param source Names the text in errors, e.g. the path.
 * @throws DataError naming source and line: too few fields, a score that is no finite number, a passage listed twice.
 */
export function parseRun(text: string, source = "run"): Map<string, Retrieved[]> {
  const run = new Map<string, Retrieved[]>();
  const seen = new Set<string>();
  for (const { line, fields } of rowsOf(text)) {
    if (fields.length !== 6) {
      throw new DataError(
        { source, line },
        `line must be "query Q0 passage rank score tag", received ${fields.length} fields`,
      );
    }
    const [query, , id, , scoreText] = fields;
    const score = Number(scoreText);
    if (!Number.isFinite(score)) {
      throw new DataError(
        { source, line },
        `score must be a finite number, received ${show(scoreText)}`,
      );
    }
    refuseRepeat(seen, query, id, { source, line });
    const list = run.get(query);
    if (list === undefined) run.set(query, [{ id, score }]);
    else list.push({ id, score });
  }
  return run;
}

/**
 * Reads relevance judgements: TREC's `query iteration passage grade`, or BEIR's three tab-separated columns under the
 * header `query-id corpus-id score`.
 *
 * @param source Names the text in errors, e.g. the path.
 * @throws DataError naming source and line: too few fields, a grade that is no whole number, a passage judged twice.
 */
export function parseQrels(text: string, source = "qrels"): Map<string, Map<string, number>> {
  const qrels = new Map<string, Map<string, number>>();
  const seen = new Set<string>();
  let columns = 4;
  let first = true;
  for (const { line, fields } of rowsOf(text)) {
    if (first && fields.length === 3 && fields[0] === "query-id") {
      columns = 3;
      first = false;
      continue;
    }
    first = false;
    if (fields.length !== columns) {
      const expected = columns === 4 ? "query 0 passage grade" : "query-id corpus-id score";
      throw new DataError(
        { source, line },
        `line must be "${expected}", received ${fields.length} fields`,
      );
    }
    const query = fields[0];
    const id = fields[columns - 2];
    const grade = Number(fields[columns - 1]);
    if (!Number.isInteger(grade)) {
      throw new DataError(
        { source, line },
        `grade must be an integer, received ${show(fields[columns - 1])}`,
      );
    }
    refuseRepeat(seen, query, id, { source, line });
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

function* rowsOf(text: string): Generator<{ line: number; fields: string[] }> {
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    const trimmed = row.trim();
    if (trimmed !== "") yield { line, fields: trimmed.split(/\s+/) };
  }
}

function refuseRepeat(
  seen: Set<string>,
  query: string,
  id: string,
  place: { source: string; line: number },
): void {
  const key = `${query} ${id}`; // neither holds a blank
  if (seen.has(key)) {
    throw new DataError(
      place,
      `passages must be listed once per query, received ${show(id)} twice for ${show(query)}`,
    );
  }
  seen.add(key);
}

function checkField(value: string, place: string): void {
  if (value === "" || /\s/.test(value)) {
    throw new RangeError(
      `${place} must be neither empty nor hold white space in a TREC file, received ${show(value)}`,
    );
  }
}
