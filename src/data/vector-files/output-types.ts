import type { Matrix } from "../../math/matrix.js";

/** Formats of vectors that are written: bare rows, or rows beside what else the record holds. */
export type VectorFormat = "npy" | "jsonl" | "parquet";

/** Takes what is written, in order. */
export interface VectorSink {
  write(content: string | Uint8Array): Promise<void>;
  /** Overwrites the beginning, where the sink is a file. */
  readonly rewriteStart?: ((bytes: Uint8Array) => Promise<void>) | undefined;
}

/** What a writer must know to go on where another ended. */
export interface VectorCheckpoint {
  readonly rows: number;
  readonly cols: number;
  readonly parquet?: ParquetCheckpoint | undefined;
}

/** Takes vectors block by block; memory does not grow with their number. */
export interface VectorWriter {
  /**
   * @param records What stands beside each row in JSON lines and parquet.
   */
  write(rows: Matrix, records: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Call it when all rows are written. @returns Their number. */
  finish(): Promise<number>;
  /** What is written so far, as plain data. */
  checkpoint(): VectorCheckpoint;
}

/** What a parquet file needs at its end, of what is written so far. */
export interface ParquetCheckpoint {
  readonly bytes: number;
  readonly columns: readonly ParquetColumn[];
  /** As JSON, integers of 64 bits as texts in lists of one. */
  readonly rowGroups: string;
}

export type ColumnType = "STRING" | "DOUBLE" | "INT64" | "BOOLEAN" | "JSON";

export interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
}
