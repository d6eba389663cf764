import { npyPreamble } from "../sources/npy.js";
import { rowOf } from "../../math/matrix.js";
import type { VectorCheckpoint, VectorFormat, VectorSink, VectorWriter } from "./output-types.js";

export interface VectorWriterOptions {
  /** The name of the vector in JSON lines and parquet. @default "vector" */
  readonly field?: string | undefined;
  /** Go on behind what another writer wrote. */
  readonly from?: VectorCheckpoint | undefined;
}

/** The format that a name asks for. */
export function formatOfName(path: string): VectorFormat | undefined {
  if (/\.(jsonl|ndjson)$/i.test(path)) return "jsonl";
  if (/\.npy$/i.test(path)) return "npy";
  return /\.parquet$/i.test(path) ? "parquet" : undefined;
}

export async function createVectorWriter(
  format: VectorFormat,
  sink: VectorSink,
  { field = "vector", from }: VectorWriterOptions = {},
): Promise<VectorWriter> {
  if (format === "npy") return npyWriter(sink, from);
  if (format === "jsonl") return jsonlWriter(sink, field, from);
  const { parquetWriter } = await import("./parquet-writer.js");
  return parquetWriter(sink, field, from);
}

function npyWriter(sink: VectorSink, from?: VectorCheckpoint): VectorWriter {
  let { rows, cols } = from ?? { rows: 0, cols: 0 };
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
      if (rows === 0) await sink.write(npyPreamble(0, cols));
      await sink.rewriteStart?.(npyPreamble(rows, cols));
      return rows;
    },
    checkpoint: () => ({ rows, cols }),
  };
}

function jsonlWriter(sink: VectorSink, field: string, from?: VectorCheckpoint): VectorWriter {
  let { rows, cols } = from ?? { rows: 0, cols: 0 };
  return {
    async write(block, records) {
      for (let i = 0; i < block.rows; i++) {
        // Nine digits give back the single-precision value exactly.
        const vector = Array.from(rowOf(block, i), (value) => Number(value.toPrecision(9)));
        await sink.write(`${JSON.stringify({ ...records[i], [field]: vector }, plainInteger)}\n`);
      }
      rows += block.rows;
      cols = block.cols;
    },
    finish: () => Promise.resolve(rows),
    checkpoint: () => ({ rows, cols }),
  };
}

/** Parquet has integers that JSON numbers cannot hold. */
function plainInteger(_: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
