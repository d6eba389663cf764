/** Migrating an index: rows a second and the memory it takes. */
import type { BenchOptions, BenchRow } from "../rows.js";

export function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  void options;
  return Promise.resolve([]);
}
