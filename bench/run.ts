/**
 * `npm run bench -- <area> [--json FILE] [--name value …]`: runs bench/<area>.ts, prints its rows as tables and, when
 * asked, writes them as JSON. An area exports `run(options)`, which resolves to rows; a row's `table` names its table.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArguments, report, type BenchOptions, type BenchRow } from "./rows.js";

interface BenchArea {
  run(options: BenchOptions): Promise<readonly BenchRow[]>;
}

const { area, options } = parseArguments(process.argv.slice(2));
const file = area === undefined ? "" : fileURLToPath(new URL(`${area}.ts`, import.meta.url));
if (
  area === undefined ||
  ["run", "rows", "sets", "python", "register-loop"].includes(area) ||
  !/^[a-z-]+$/.test(area) ||
  !existsSync(file)
) {
  console.error(
    `bench: the area must be the name of a bench of bench/, received ${area ?? "nothing"}`,
  );
  process.exitCode = 1;
} else {
  const { run } = (await import(file)) as BenchArea;
  report(area, options, await run(options));
}
