/**
 * `npm run bench -- <area> [--json FILE] [--name value …]`: runs bench/<area>.ts, prints its rows as tables and, when
 * asked, writes them as JSON. An area exports `run(options)`, which resolves to rows; a row's `table` names its table.
 */
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** One line of a table: a name per column. */
export type BenchRow = Readonly<Record<string, string | number>> & { readonly table: string };

/** The flags behind the area: `--large` is `"true"`, `--seed 7` is `"7"`. */
export type BenchOptions = ReadonlyMap<string, string>;

export interface BenchArea {
  run(options: BenchOptions): Promise<readonly BenchRow[]>;
}

function parse(args: readonly string[]): { area: string | undefined; options: BenchOptions } {
  const options = new Map<string, string>();
  let area: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (!args[i].startsWith("--")) area ??= args[i];
    else {
      const isFlag = i + 1 >= args.length || args[i + 1].startsWith("--");
      options.set(args[i].slice(2), isFlag ? "true" : args[++i]);
    }
  }
  return { area, options };
}

function show(value: string | number): string {
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return String(value);
  return value.toPrecision(3).replace(/e\+?/, "e");
}

function print(rows: readonly BenchRow[]): void {
  for (const table of new Set(rows.map((row) => row.table))) {
    const lines = rows.filter((row) => row.table === table);
    const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))].slice(1);
    const cells = lines.map((line) => columns.map((name) => show(line[name] ?? "")));
    const widths = columns.map((name, i) =>
      Math.max(name.length, ...cells.map((line) => line[i].length)),
    );
    const text = (line: readonly string[]): string =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join("  ");
    console.log(`\n${table}\n${text(columns)}\n${cells.map(text).join("\n")}`);
  }
}

const { area, options } = parse(process.argv.slice(2));
const file = area === undefined ? "" : fileURLToPath(new URL(`${area}.ts`, import.meta.url));
if (area === undefined || area === "run" || !/^[a-z-]+$/.test(area) || !existsSync(file)) {
  console.error(
    `bench: the area must be the name of a file of bench/, received ${area ?? "nothing"}`,
  );
  process.exitCode = 1;
} else {
  const { run } = (await import(file)) as BenchArea;
  const rows = await run(options);
  const processors = cpus();
  const machine = `${processors.length} × ${processors[0]?.model ?? "unknown"}`;
  console.log(`${machine}, Node ${process.versions.node}`);
  print(rows);
  const json = options.get("json");
  if (json !== undefined) {
    const report = { area, machine, node: process.versions.node, rows };
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  }
}
