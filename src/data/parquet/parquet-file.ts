/** Bytes of a file, a piece at a time: what hyparquet calls an `AsyncBuffer`. */
export interface ParquetFile {
  /** Bytes in all. */
  readonly byteLength: number;
  /** The bytes from `start` up to and without `end`. */
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** A local file, a URL (read by range requests), or anything that gives slices of bytes. */
export type ParquetSource = string | { readonly name: string; readonly file: ParquetFile };
