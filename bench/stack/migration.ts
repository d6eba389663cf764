/**
 * Migrating an index: rows a second and the memory it takes, on PGlite in a folder and through `pg` on a socket of it, each
 * measured in a process of its own on the same filled table; where `POSTGRES_URL` names a server with pgvector, on that too.
 * Memory is what the resident set grows by, from when the table is filled and the client connected.
 *
 *   --rows 100000 --dimensions 1536    the table, and the adapter, which is a dense map
 *   --folder DIR                       where the database lies; made in the temporary folder and removed unless given
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countOption, type BenchOptions, type BenchRow } from "../rows.js";

const script = fileURLToPath(new URL("migration-run.ts", import.meta.url));

export function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const rows = countOption(options, "rows", 100_000);
  const dimensions = countOption(options, "dimensions", 1536);
  const folder = options.get("folder") ?? mkdtempSync(join(tmpdir(), "embedtune-migration-"));
  const table = `Migration of ${rows} rows of ${dimensions}`;
  const step = (...args: string[]): Omit<BenchRow, "table"> | null => {
    const words = ["--import", "tsx", script, folder, String(rows), String(dimensions), ...args];
    const child = spawnSync(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    if (child.status !== 0) throw new Error(`${args.join(" ")} ended with ${child.status}`);
    const text = child.stdout.toString();
    return text === "" ? null : (JSON.parse(text) as Omit<BenchRow, "table">);
  };
  try {
    const results: BenchRow[] = [];
    const servers = [
      "pglite",
      "socket",
      ...(process.env.POSTGRES_URL === undefined ? [] : ["server"]),
    ];
    for (const server of servers) {
      if (server !== "socket") step(server, "fill");
      for (const target of ["newTable", "newColumn"]) {
        const row = step(server, target);
        if (row !== null) results.push({ table, ...row });
      }
    }
    return Promise.resolve(results);
  } finally {
    if (!options.has("folder")) rmSync(folder, { recursive: true, force: true });
  }
}
