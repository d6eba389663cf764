import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import type { Position } from "../sources/lines.js";
import { openSource, sourceName, type OpenSourceOptions } from "../sources/open-source.js";
import type { RelevanceJudgement } from "../tuning-data.js";
import { frameRows } from "./delimited-rows.js";

/** Which columns of a row are what. */
interface Columns {
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
 * Judgements as people keep them: BEIR's three columns (query-id, corpus-id, score) with or without their header, or
 * TREC's four (question, iteration, passage, grade). Between columns stand tabs, or blanks where no row has a tab. TREC's
 * grades below 0 mean not relevant and become 0.
 *
 * @throws DataError naming file and line.
 */
export async function* readQrels(
  path: string,
  options: Pick<OpenSourceOptions, "signal" | "onBytes"> = {},
): AsyncGenerator<{ judgement: RelevanceJudgement; place: Place }, void, undefined> {
  const position: Position = { source: sourceName(path), line: 0 };
  const place = (): Place => ({ source: position.source, line: position.line + 1 });
  let columns: Columns | undefined;
  for await (const rows of frameRows(openSource(path, { ...options, place }), position, "\t")) {
    for (const { value, line } of rows) {
      const fields = value.length === 1 ? value[0].trim().split(/\s+/) : value;
      const at = { source: position.source, line };
      if (columns === undefined) {
        const header = namedColumns(fields);
        columns = header ?? columnsByCount(fields, at);
        if (header !== undefined) continue;
      }
      yield { judgement: parseJudgement(fields, columns, at), place: at };
    }
  }
}

function namedColumns(fields: readonly string[]): Columns | undefined {
  const names = fields.map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ""));
  const find = (known: readonly string[]): number =>
    names.findIndex((name) => known.includes(name));
  const columns = {
    query: find(byName.query),
    passage: find(byName.passage),
    score: find(byName.score),
  };
  return Math.min(...Object.values(columns)) < 0 ? undefined : columns;
}

function columnsByCount(fields: readonly string[], place: Place): Columns {
  const numeric = parseScore(fields[fields.length - 1]) !== undefined;
  if (numeric && fields.length === 3) return { query: 0, passage: 1, score: 2 };
  if (numeric && fields.length === 4) return { query: 0, passage: 2, score: 3 };
  throw new DataError(
    place,
    `the columns must be query-id, corpus-id and score, received ${fields.slice(0, 8).join(", ")}`,
  );
}

function parseJudgement(
  fields: readonly string[],
  { query, passage, score: scoreColumn }: Columns,
  place: Place,
): RelevanceJudgement {
  const needed = Math.max(query, passage, scoreColumn) + 1;
  if (fields.length < needed) {
    throw new DataError(place, `the row must have ${needed} fields, received ${fields.length}`);
  }
  const score = parseScore(fields[scoreColumn]);
  if (score === undefined) {
    throw new DataError(
      place,
      `score must be a number, received ${show(fields[scoreColumn])}; write 0 for not relevant, else a grade`,
    );
  }
  return { queryId: fields[query].trim(), passageId: fields[passage].trim(), score };
}

function parseScore(text: string): number | undefined {
  const plain = text.trim();
  const score = /^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(score) ? Math.max(0, score) : undefined;
}
