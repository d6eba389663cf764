import type { VectorFormat } from "../../data/vector-files/output-types.js";
import { formatOfName } from "../../data/vector-files/vector-writer.js";
import { wrongUse } from "../failures.js";

/** The format that a path asks for. @throws CommandError (wrong use) where its ending is another. */
export function vectorFormatOf(path: string, flag = "--out"): VectorFormat {
  const format = path === "-" ? "jsonl" : formatOfName(path);
  if (format !== undefined) return format;
  throw wrongUse(
    `${flag} must end in .npy, .jsonl or .parquet, or be - for JSON lines on standard output, received ${JSON.stringify(path)}`,
  );
}
