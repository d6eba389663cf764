import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import type { Position } from "../sources/lines.js";
import type { CheckedSizeLimits } from "../sources/size-limits.js";
import { openSource, sourceName, type OpenSourceOptions } from "../sources/open-source.js";
import type { RelevanceJudgement } from "../tuning-data.js";
import { frameRows } from "./delimited-rows.js";
import { parseDecimal, qrelsColumns, type QrelsColumns } from "./qrels-columns.js";

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
  limits?: CheckedSizeLimits,
): AsyncGenerator<{ judgement: RelevanceJudgement; place: Place }, void, undefined> {
  const position: Position = { source: sourceName(path), line: 0 };
  const place = (): Place => ({ source: position.source, line: position.line + 1 });
  let columns: QrelsColumns | undefined;
  const chunks = openSource(path, { ...options, place });
  // Ids are nobody's texts: a backslash in them is one.
  const form = { escape: "doubled" as const, limits };
  for await (const rows of frameRows(chunks, position, "\t", form)) {
    for (const { value, line } of rows) {
      const fields = value.length === 1 ? value[0].trim().split(/\s+/) : value;
      const at = { source: position.source, line };
      if (fields[0].startsWith("#") && parseDecimal(fields.at(-1)!) === undefined) continue; // a comment
      if (columns === undefined) {
        const found = qrelsColumns(fields, at);
        columns = found.columns;
        if (found.isHeader) continue;
      }
      yield { judgement: parseJudgement(fields, columns, at), place: at };
    }
  }
}

function parseJudgement(
  fields: readonly string[],
  { query, passage, score: scoreColumn }: QrelsColumns,
  place: Place,
): RelevanceJudgement {
  const needed = Math.max(query, passage, scoreColumn) + 1;
  if (fields.length < needed) {
    throw new DataError(place, `the row must have ${needed} fields, received ${fields.length}`);
  }
  const score = parseDecimal(fields[scoreColumn]);
  if (score === undefined) {
    throw new DataError(
      place,
      `score must be a number, received ${show(fields[scoreColumn])}; write 0 for not relevant, else a grade`,
    );
  }
  return {
    queryId: fields[query].trim(),
    passageId: fields[passage].trim(),
    score: Math.max(0, score),
  };
}
