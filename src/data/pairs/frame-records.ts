import { frameDelimited, type DelimitedRow } from "./delimited-rows.js";
import { frameLines, type Framed, type Position } from "../sources/lines.js";

/** How records of one's own lie in a file. */
export type RecordsFormat = "jsonl" | "csv" | "tsv";

export const recordsFormats: readonly RecordsFormat[] = ["jsonl", "csv", "tsv"];

/** What a folder of such files is searched for. */
export const recordsEndings: readonly string[] = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"];

/**
 * Cuts a file of JSON lines, CSV or TSV into records.
 *
 * @param given By default the name tells: `.csv`, `.tsv`, else JSON lines.
 */
export function frameRecords(
  given: RecordsFormat | undefined,
): (
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
) => AsyncIterable<readonly Framed<Uint8Array | DelimitedRow>[]> {
  return (chunks, position) => {
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
}
