/**
 * `npm run bench -- stack`: what embedtune costs in the application that people have. Each file of bench/stack/ without a hyphen is a part
 * that exports `run(options)`, as an area does, and says at its top what it measures and its flags.
 *
 *   --only migration,overhead   some of the parts, by the names of their files
 */
import { readdirSync } from "node:fs";
import type { BenchOptions, BenchRow } from "./rows.js";

interface BenchPart {
  run(options: BenchOptions): Promise<readonly BenchRow[]>;
}

const folder = new URL("stack/", import.meta.url);

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const parts = readdirSync(folder)
    .filter((name) => /^[a-z]+\.ts$/.test(name))
    .map((name) => name.replace(/\.ts$/, ""))
    .sort();
  const wanted = options.get("only")?.split(",") ?? parts;
  const unknown = wanted.filter((name) => !parts.includes(name));
  if (unknown.length > 0) {
    throw new RangeError(
      `--only must be among ${parts.join(", ")}, received ${unknown.join(", ")}`,
    );
  }
  const rows: BenchRow[] = [];
  for (const name of wanted) {
    const part = (await import(new URL(`${name}.ts`, folder).href)) as BenchPart;
    rows.push(...(await part.run(options)));
  }
  return rows;
}
