import type { LongJobOptions } from "../../base/progress.js";
import { createRandom } from "../../base/random.js";
import type { CleanTextOptions } from "./page/clean-text.js";
import { DataError } from "../data-error.js";
import type { Question } from "../types.js";
import { openParquet, readParquetGroup, type OpenParquet } from "../parquet/read-parquet.js";
import type { ParquetSource } from "../parquet/parquet-file.js";
import { questionColumns, questionFromRow } from "./question-row.js";
import { checkRecordRange, type RecordRange } from "../sources/record-range.js";
import { selectColumns } from "../sources/select-columns.js";
import { sizeLimits, type ParquetLimits, type SizeLimits } from "../sources/size-limits.js";

/** A record is a row; row groups of which no row is wanted are not fetched. */
export interface ReadParquetOptions
  extends
    LongJobOptions,
    CleanTextOptions,
    RecordRange,
    ParquetLimits,
    Pick<SizeLimits, "maxTextLength"> {
  /** Read the candidates too; without them a question has only its answers. @default true */
  readonly candidates?: boolean | undefined;
}

/**
 * Reads Natural Questions as Hugging Face ships it (`google-research-datasets/natural_questions`, configurations
 * `default` and `dev`), one row group at a time. Only the columns a question is made of are fetched, not the HTML.
 * Ids, spans and texts are those of the original format; a revision without candidates gives questions without.
 *
 * @param sources In the order they are read. Progress counts rows.
 * @throws DataError naming the file, and the row where one is at fault.
 * @throws RangeError when `skip`, `limit` or `sample` is no integer of at least 0, or a limit none above it.
 */
export async function* readNaturalQuestionsParquet(
  sources: ParquetSource | readonly ParquetSource[],
  options: ReadParquetOptions = {},
): AsyncGenerator<Question, void, undefined> {
  const { skip = 0, limit = Infinity, sample, seed = 1, signal, onProgress } = options;
  checkRecordRange(options, "readNaturalQuestionsParquet");
  const { maxTextLength, maxPageBytes, maxGroupBytes } = options;
  const limits = sizeLimits(
    { maxTextLength, maxPageBytes, maxGroupBytes },
    "readNaturalQuestionsParquet",
  );
  const files: OpenParquet[] = [];
  for (const source of [sources].flat() as ParquetSource[]) files.push(await open(source, options));
  const rows = files.reduce((sum, { metadata }) => sum + Number(metadata.num_rows), 0);
  const end = Math.min(rows, skip + limit);
  const total = Math.max(0, end - skip);
  const drawn =
    sample === undefined || sample >= total
      ? null
      : new Set(createRandom(`${seed}/sample`).sample(total, sample));

  let first = 0; // row of all files together
  for (const file of files) {
    const { name, metadata } = file;
    let groupStart = 0; // row of this file
    for (const [index, group] of metadata.row_groups.entries()) {
      signal?.throwIfAborted();
      const count = Number(group.num_rows);
      const wanted: number[] = [];
      for (let i = 0; i < count; i++) {
        const row = first + i;
        if (row >= skip && row < end && drawn?.has(row - skip) !== false) wanted.push(i);
      }
      if (wanted.length > 0) {
        const rowStart = groupStart + wanted[0];
        const rowEnd = groupStart + wanted[wanted.length - 1] + 1;
        const records = await readParquetGroup(file, index, rowStart, rowEnd, limits);
        signal?.throwIfAborted();
        for (const i of wanted) {
          const place = { source: `${name} row ${groupStart + i}` };
          yield questionFromRow(records[groupStart + i - rowStart], place, options);
          signal?.throwIfAborted();
        }
      }
      groupStart += count;
      first += count;
      const done = Math.min(total, Math.max(0, first - skip));
      if (wanted.length > 0) onProgress?.({ stage: "read", done, total });
      if (first >= end) return;
    }
  }
}

async function open(
  source: ParquetSource,
  { candidates = true, signal }: ReadParquetOptions,
): Promise<OpenParquet> {
  const file = await openParquet(source, signal);
  const paths = new Set<string>();
  const metadata = selectColumns(file.metadata, (path) => {
    const column = path.join(".");
    paths.add(column);
    return questionColumns.has(column) && (candidates || !column.startsWith("long_answer_cand"));
  });
  for (const [column, optional] of questionColumns) {
    if (!optional && !paths.has(column)) {
      throw new DataError(
        { source: file.name },
        `Natural Questions must have a column ${column}, received none of this name`,
      );
    }
  }
  return { ...file, metadata };
}
