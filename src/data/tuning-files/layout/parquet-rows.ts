import { openParquet, readParquetGroup } from "../../parquet/read-parquet.js";
import type { ReadJob, TextRecord } from "./text-record.js";

/**
 * The rows of a parquet file, or of one behind a URL, a row group at a time.
 *
 * @throws DataError for a file that cannot be read.
 */
export async function* readParquetRows(
  path: string,
  { signal, onBytes, spend, limits }: ReadJob,
): AsyncGenerator<readonly TextRecord[], void, undefined> {
  const file = await openParquet(path, signal);
  let rowStart = 0;
  for (const [index, group] of file.metadata.row_groups.entries()) {
    signal?.throwIfAborted();
    const rowEnd = rowStart + Number(group.num_rows);
    // What the pages are held to, not what the group says of them all.
    const sizes = group.columns.map(({ meta_data: meta }) => Number(meta?.total_uncompressed_size));
    spend(
      sizes.reduce((sum, size) => sum + size, 0),
      path,
    );
    const start = rowStart;
    const rows = await readParquetGroup(file, index, start, rowEnd, limits);
    yield rows.map((row, i) => ({
      fields: new Map(Object.entries(row)),
      place: { source: `${file.name} row ${start + i}` },
    }));
    onBytes?.(Number(group.total_compressed_size ?? group.total_byte_size));
    rowStart = rowEnd;
  }
}
