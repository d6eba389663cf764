import { checkChoice } from "../../base/checks.js";
import { frameLines, type Framed, type Position } from "../sources/lines.js";
import { sizeLimits, type SizeLimits } from "../sources/size-limits.js";
import type { Escape } from "./cut-row.js";
import { frameDelimited, type DelimitedRow } from "./delimited-rows.js";

/** How records of one's own lie in a file. */
export type RecordsFormat = "jsonl" | "csv" | "tsv";

const recordsFormats: readonly RecordsFormat[] = ["jsonl", "csv", "tsv"];

/** What a folder of such files is searched for. */
export const recordsEndings: readonly string[] = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"];

/** How files of records of one's own lie. */
export interface RecordsForm extends SizeLimits {
  /** @default by the name: `.csv`, `.tsv`, else JSON lines */
  readonly format?: RecordsFormat | undefined;
  /**
   * How a quote or a delimiter is written inside a cell of CSV or TSV: quotes `"doubled"`, or anything after a
   * `"backslash"`, as databases export it, with `\N` for nothing. @default doubled, until a row is met that only backslashes
   * explain
   */
  readonly escape?: Escape | undefined;
}

/**
 * Cuts a file of JSON lines, CSV or TSV into records.
 *
 * @param caller The public function that was called, for messages about options.
 * @throws RangeError when an option is none of its own.
 */
export function frameRecords(
  { format: given, escape, ...most }: RecordsForm,
  caller: string,
): (
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
) => AsyncIterable<readonly Framed<Uint8Array | DelimitedRow>[]> {
  if (given !== undefined) checkChoice(given, `${caller}: format`, recordsFormats);
  if (escape !== undefined) checkChoice(escape, `${caller}: escape`, ["doubled", "backslash"]);
  const limits = sizeLimits(most, caller);
  return (chunks, position) => {
    const format = given ?? /\.(csv|tsv)(?:\.gz|\.zst)?$/i.exec(position.source)?.[1];
    switch (format?.toLowerCase()) {
      case "csv":
        return frameDelimited(chunks, position, ",", { escape, limits });
      case "tsv":
        return frameDelimited(chunks, position, "\t", { escape, limits });
      default:
        return frameLines(chunks, position, limits);
    }
  };
}
