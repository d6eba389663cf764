import type { Place } from "../data-error.js";
import type { DelimitedRow } from "./delimited-rows.js";
import { findSources } from "../sources/find-sources.js";
import { frameRecords, recordsEndings, type RecordsForm } from "./frame-records.js";
import type { Source } from "../sources/open-source.js";
import { parsePair, type PairFields } from "./pair-record.js";
import { readRecords, type ReadOptions, type RecordStream } from "../sources/read-records.js";
import type { Pair } from "../types.js";

export interface ReadPairsOptions extends ReadOptions, RecordsForm {
  /** Names of the fields or columns. */
  readonly fields?: PairFields | undefined;
}

/**
 * Reads pairs of your own: JSON lines, CSV or TSV with a header, plain or compressed.
 *
 * @param paths A file, a folder, a pattern, `"-"` for standard input, a named stream, or several of these.
 * @throws DataError naming file and line, e.g. `pairs.jsonl:12: label must be 0 or 1, received "yes"`.
 * @throws RangeError when `skip`, `limit` or `sample` is no integer of at least 0, or another option is none of its own.
 */
export function readPairs(
  paths: Source | readonly Source[],
  options: ReadPairsOptions = {},
): RecordStream<Pair> {
  const frame = frameRecords(options, "readPairs");
  const parse = (record: Uint8Array | DelimitedRow, place: Place): Pair =>
    parsePair(record, place, options.fields);
  return readRecords(
    () => findSources(paths, recordsEndings),
    { frame, parse },
    options,
    "readPairs",
  );
}
