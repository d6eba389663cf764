/**
 * An adapter's files in other programs: sentence-transformers with the adapter as its Dense module, and how far its vectors are
 * from ours.
 *
 *   --python python3   an interpreter that has sentence-transformers; nothing is measured without
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { applyAdapter, encodeNpy } from "embedtune";
import { denseMap } from "embedtune/onnx";
import { oddAdapters, uniformMatrix } from "../../test/support/odd-adapters.js";
import { pythonEnvironment } from "../python.js";
import type { BenchOptions, BenchRow } from "../rows.js";

const script = fileURLToPath(new URL("../peers/dense_module.py", import.meta.url));

export function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const python = options.get("python");
  if (python === undefined) return Promise.resolve([]);
  const folder = mkdtempSync(join(tmpdir(), "embedtune-dense-"));
  const rows = oddAdapters.map((adapter): BenchRow => {
    const side = "query";
    const vectors = uniformMatrix(20, adapter.inputDimensions, "dense");
    const { weights, bias } = denseMap(adapter, { side });
    const files = {
      ...{ vectors, weights, bias: { rows: 1, cols: bias.length, data: bias } },
      adapted: applyAdapter(adapter, vectors, { side }),
    };
    for (const [name, matrix] of Object.entries(files)) {
      writeFileSync(join(folder, `${name}.npy`), encodeNpy(matrix));
    }
    const line = execFileSync(python, [script, folder], { env: pythonEnvironment() });
    const { fresh, readAgain, version } = JSON.parse(line.toString()) as {
      readonly fresh: number;
      readonly readAgain: number;
      readonly version: string;
    };
    return {
      table: `dense module of sentence-transformers ${version}, largest difference`,
      adapter: adapter.metadata.method,
      fresh,
      "read again": readAgain,
    };
  });
  rmSync(folder, { recursive: true });
  return Promise.resolve(rows);
}
