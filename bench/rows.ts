/** The rows that a bench prints, how its flags are read, and how the rows become tables and JSON. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** One line of a table: a name per column. */
export type BenchRow = Readonly<Record<string, string | number>> & { readonly table: string };

/** The flags behind the area: `--large` is `"true"`, `--seed 7` is `"7"`. */
export type BenchOptions = ReadonlyMap<string, string>;

/** The first argument that is no flag, and the flags. */
export function parseArguments(args: readonly string[]): {
  readonly area: string | undefined;
  readonly options: BenchOptions;
} {
  const options = new Map<string, string>();
  let area: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (!args[i].startsWith("--")) area ??= args[i];
    else {
      const isFlag = i + 1 >= args.length || args[i + 1].startsWith("--");
      options.set(args[i].slice(2), isFlag ? "true" : args[++i]);
    }
  }
  if (options.get("json") === "true") throw new RangeError("--json must name a file");
  return { area, options };
}

/** A flag that is a whole number from 1. */
export function countOption(options: BenchOptions, name: string, standard: number): number {
  const value = Number(options.get(name) ?? standard);
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`--${name} must be an integer >= 1, received ${options.get(name)}`);
  }
  return value;
}

/** Prints the rows as tables and, where `--json FILE` asks for it, writes them. */
export function report(area: string, options: BenchOptions, rows: readonly BenchRow[]): void {
  const processors = cpus();
  const machine = `${processors.length} × ${processors[0]?.model ?? "unknown"}`;
  if (rows.length > 0) console.log(`${machine}, Node ${process.versions.node}`);
  print(rows);
  const peak = peakMegabytes();
  if (rows.length > 0) console.log(`\npeak memory of the bench's process: ${peak} MB`);
  const json = options.get("json");
  if (json !== undefined) {
    const result = { area, machine, node: process.versions.node, peakMegabytes: peak, rows };
    writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  }
}

/** The most memory that this process had resident, those of its threads included and those of Python's not, in MB. */
function peakMegabytes(): number {
  // Kilobytes on every platform: libuv converts.
  return Math.round(process.resourceUsage().maxRSS / 1000);
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
