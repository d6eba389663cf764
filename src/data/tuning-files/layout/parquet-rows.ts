import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { DataError } from "../../data-error.js";
import type { ReadJob, TextRecord } from "./text-record.js";

/**
 * The rows of a parquet file, a row group at a time.
 *
 * @throws DataError for a file that cannot be read.
 */
export async function* readParquetRows(
  path: string,
  { signal, onBytes, spend }: ReadJob,
): AsyncGenerator<readonly TextRecord[], void, undefined> {
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new DataError(
        { source: path },
        `cannot read parquet: ${cause}; write or fetch the file again`,
        { cause: error },
      );
    }
  };
  const { file, metadata } = await attempt(async () => {
    const buffer = await asyncBufferFromFile(path);
    return { file: buffer, metadata: await parquetMetadataAsync(buffer) };
  });
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    signal?.throwIfAborted();
    const rowEnd = rowStart + Number(group.num_rows);
    spend(Number(group.total_byte_size), path);
    const start = rowStart;
    const rows = await attempt(() =>
      parquetReadObjects({ file, metadata, rowStart: start, rowEnd, compressors }),
    );
    yield rows.map((row, i) => ({
      fields: new Map(Object.entries(row)),
      place: { source: `${path} row ${start + i}` },
    }));
    onBytes?.(Number(group.total_compressed_size ?? group.total_byte_size));
    rowStart = rowEnd;
  }
}
