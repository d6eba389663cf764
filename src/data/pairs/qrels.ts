import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { greatestGrade } from "../grade.js";
import type { Position } from "../sources/lines.js";
import type { CheckedSizeLimits } from "../sources/size-limits.js";
import { openRecordSource } from "../sources/foreign.js";
import { sourceName, type OpenSourceOptions } from "../sources/open-source.js";
import type { RelevanceJudgement } from "../tuning-data.js";
import { frameRows } from "./delimited-rows.js";
import { parseDecimal, qrelsColumns, type QrelsColumns } from "./qrels-columns.js";

/** A judgement with its ids as they may have been meant. */
export interface PlacedJudgement {
  readonly judgement: RelevanceJudgement;
  readonly place: Place;
  /**
   * Ids of fields that were written in quotes, with these: BEIR's writer puts quotes about an id that holds some and doubles
   * those, other writers copy an id such as `"Heroes"` as it stands. Which it was only the ids of the texts tell.
   */
  readonly quoted: {
    readonly queryId: string | undefined;
    readonly passageId: string | undefined;
  };
}

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
): AsyncGenerator<PlacedJudgement, void, undefined> {
  const position: Position = { source: sourceName(path), line: 0 };
  const place = (): Place => ({ source: position.source, line: position.line + 1 });
  let columns: QrelsColumns | undefined;
  const chunks = openRecordSource(path, { ...options, place });
  // Ids are nobody's texts: a backslash in them is one.
  const form = { escape: "doubled" as const, limits };
  for await (const rows of frameRows(chunks, position, "\t", form)) {
    for (const { value, line, quoted } of rows) {
      const fields = value.length === 1 ? value[0].trim().split(/\s+/) : value;
      const at = { source: position.source, line };
      if (fields[0].startsWith("#") && parseDecimal(fields.at(-1)!) === undefined) continue; // a comment
      if (columns === undefined) {
        const found = qrelsColumns(fields, at);
        columns = found.columns;
        if (found.isHeader) continue;
      }
      const { query, passage } = columns;
      const asWritten = (column: number): string | undefined =>
        quoted?.includes(column) === true && value.length > 1
          ? `"${fields[column].replaceAll('"', '""')}"`
          : undefined;
      const judgement = parseJudgement(fields, columns, at);
      const ids = { queryId: asWritten(query), passageId: asWritten(passage) };
      yield { judgement, place: at, quoted: ids };
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
  if (score > greatestGrade) {
    const received = show(fields[scoreColumn]);
    throw new DataError(place, `score must be at most ${greatestGrade}, received ${received}`);
  }
  return {
    queryId: fields[query].trim(),
    passageId: fields[passage].trim(),
    score: Math.max(0, score),
  };
}
