import { npyPreamble } from "../../data/sources/npy.js";
import { rowOf, type Matrix } from "../../math/matrix.js";
import { wrongUse } from "../failures.js";
import type { Sink } from "./output.js";

/** Formats of vectors that are written: bare rows, or rows beside what else the record holds. */
export type VectorFormat = "npy" | "jsonl";

/** Takes vectors block by block; memory does not grow with their number. */
export interface VectorWriter {
  /**
   * @param records What stands beside each row in JSON lines.
   */
  write(rows: Matrix, records: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Call it when all rows are written. @returns Their number. */
  finish(): Promise<number>;
}

/** The format that a path asks for. @throws CommandError (wrong use) where its ending is another. */
export function vectorFormatOf(path: string, flag = "--out"): VectorFormat {
  if (path === "-" || /\.(jsonl|ndjson)$/i.test(path)) return "jsonl";
  if (/\.npy$/i.test(path)) return "npy";
  throw wrongUse(
    `${flag} must end in .npy or .jsonl, or be - for JSON lines on standard output, received ${JSON.stringify(path)}`,
  );
}

/** @param field The name of the vector in JSON lines. */
export function createVectorWriter(
  format: VectorFormat,
  sink: Sink,
  { field = "vector" }: { readonly field?: string | undefined } = {},
): VectorWriter {
  return format === "npy" ? npyWriter(sink) : jsonlWriter(sink, field);
}

function npyWriter(sink: Sink): VectorWriter {
  let rows = 0;
  let cols = 0;
  return {
    async write(block) {
      // How many rows there are is known in the end; the preamble has the same length whatever it is.
      if (rows === 0) await sink.write(npyPreamble(0, block.cols));
      rows += block.rows;
      cols = block.cols;
      const bytes = new DataView(new ArrayBuffer(4 * block.data.length));
      for (let i = 0; i < block.data.length; i++) bytes.setFloat32(4 * i, block.data[i], true);
      await sink.write(new Uint8Array(bytes.buffer));
    },
    async finish() {
      await sink.rewriteStart?.(npyPreamble(rows, cols));
      return rows;
    },
  };
}

function jsonlWriter(sink: Sink, field: string): VectorWriter {
  let rows = 0;
  return {
    async write(block, records) {
      for (let i = 0; i < block.rows; i++) {
        // Nine digits give back the single-precision value exactly.
        const vector = Array.from(rowOf(block, i), (value) => Number(value.toPrecision(9)));
        await sink.write(`${JSON.stringify({ ...records[i], [field]: vector }, plainInteger)}\n`);
      }
      rows += block.rows;
    },
    finish: () => Promise.resolve(rows),
  };
}

/** Parquet has integers that JSON numbers cannot hold. */
function plainInteger(_: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
