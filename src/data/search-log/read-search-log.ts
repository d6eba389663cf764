import { refuse } from "../../base/checks.js";
import type { Place } from "../data-error.js";
import type { DelimitedRow } from "../pairs/delimited-rows.js";
import { frameRecords, recordsEndings, type RecordsForm } from "../pairs/frame-records.js";
import { findSources } from "../sources/find-sources.js";
import type { Source } from "../sources/open-source.js";
import { readRecords, type ReadOptions, type RecordStream } from "../sources/read-records.js";
import { parseSearchLogRow, type SearchLogForm } from "./search-log-record.js";
import type { SearchLogRow } from "./search-log-row.js";

export interface ReadSearchLogOptions extends ReadOptions, RecordsForm, SearchLogForm {}

/**
 * Reads a search log: JSON lines, CSV or TSV with a header, plain or compressed; a row a search, with the list that was
 * shown and what was clicked, or a row a click. Support tickets with the article that answered them are read the same
 * way: `fields: { query: "subject", clicked: "article", user: "agent" }`.
 *
 * @param paths A file, a folder, a pattern, `"-"` for standard input, a named stream, or several of these.
 * @throws DataError naming file and line, e.g. `clicks.csv:12: rank must be an integer >= 1, received -1`.
 * @throws RangeError when `skip`, `limit` or `sample` is no integer of at least 0, or another option is none of its own.
 */
export function readSearchLog(
  paths: Source | readonly Source[],
  options: ReadSearchLogOptions = {},
): RecordStream<SearchLogRow> {
  const { firstRank = 1, separator } = options;
  const frame = frameRecords(options, "readSearchLog");
  if (![0, 1].includes(firstRank)) refuse("readSearchLog: firstRank", "0 or 1", firstRank);
  if (separator === "") refuse("readSearchLog: separator", "a text", separator);
  const parse = (record: Uint8Array | DelimitedRow, place: Place): SearchLogRow =>
    parseSearchLogRow(record, place, options);
  return readRecords(
    () => findSources(paths, recordsEndings),
    { frame, parse },
    options,
    "readSearchLog",
  );
}
