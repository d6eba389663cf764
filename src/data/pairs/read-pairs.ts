import { checkChoice } from "../../base/checks.js";
import type { Place } from "../data-error.js";
import { frameDelimited, type DelimitedRow } from "./delimited-rows.js";
import { findSources } from "../sources/find-sources.js";
import { frameLines, type Framed, type Position } from "../sources/lines.js";
import type { Source } from "../sources/open-source.js";
import { parsePair, type PairFields } from "./pair-record.js";
import { readRecords, type ReadOptions, type RecordStream } from "../sources/read-records.js";
import type { Pair } from "../types.js";

export interface ReadPairsOptions extends ReadOptions {
  /** Names of the fields or columns. */
  readonly fields?: PairFields | undefined;
  /** @default by the name: `.csv`, `.tsv`, else JSON lines */
  readonly format?: "jsonl" | "csv" | "tsv" | undefined;
}

/**
 * Reads pairs of your own: JSON lines, CSV or TSV with a header, plain or compressed.
 *
 * @param paths A file, a folder, a pattern, `"-"` for standard input, a named stream, or several of these.
 * @throws DataError naming file and line, e.g. `pairs.jsonl:12: label must be 0 or 1, received "yes"`.
 * @throws RangeError when `skip`, `limit` or `sample` is no integer of at least 0, or `format` is another.
 */
export function readPairs(
  paths: Source | readonly Source[],
  options: ReadPairsOptions = {},
): RecordStream<Pair> {
  const { format: given } = options;
  if (given !== undefined) checkChoice(given, "readPairs: format", ["jsonl", "csv", "tsv"]);
  const frame = (
    chunks: AsyncIterable<Uint8Array>,
    position: Position,
  ): AsyncIterable<readonly Framed<Uint8Array | DelimitedRow>[]> => {
    const format = given ?? /\.(csv|tsv)(?:\.gz|\.zst)?$/i.exec(position.source)?.[1];
    switch (format?.toLowerCase()) {
      case "csv":
        return frameDelimited(chunks, position, ",");
      case "tsv":
        return frameDelimited(chunks, position, "\t");
      default:
        return frameLines(chunks, position);
    }
  };
  const parse = (record: Uint8Array | DelimitedRow, place: Place): Pair =>
    parsePair(record, place, options.fields);
  const endings = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"];
  return readRecords(() => findSources(paths, endings), { frame, parse }, options, "readPairs");
}
