/**
 * `npm run bench -- fuzz`: 20,000 damaged inputs of every reader and file format, each made from its number, in processes
 * under a watchdog. `--inputs N`, `--from N`, `--target PART-OF-A-NAME`. What hangs, crashes, is left unhandled or reads a wrong
 * value is printed with its number; `test/fuzz` runs the first 500. Then 300 damaged LMDB caches, each in a process of its own
 * (`--children N`, alone with `--target LMDB`).
 */
import { fuzzLmdb } from "../test/fuzz/lmdb.js";
import { fuzz } from "../test/fuzz/run.js";
import { targets } from "../test/fuzz/targets.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const inputs = countOption(options, "inputs", 20_000);
  const from = Number(options.get("from") ?? 0);
  const wanted = options.get("target") ?? "";
  const rows: BenchRow[] = [];
  for (const { name } of targets.filter((target) => target.name.includes(wanted))) {
    const { read, problems } = await fuzz(name, from, from + inputs);
    for (const { kind, input, message } of problems.slice(0, 10)) {
      console.log(`${name}, input ${input}, ${kind}: ${message}`);
    }
    const count = (kind: string): number => problems.filter((one) => one.kind === kind).length;
    rows.push({
      ...{
        table: "damaged inputs",
        target: name,
        inputs,
        read,
        refused: inputs - read - problems.length,
      },
      ...{
        hangs: count("hang"),
        crashes: count("crash"),
        unhandled: count("unhandled"),
        wrong: count("wrong"),
      },
    });
  }
  if ("LMDB".includes(wanted)) rows.push(await lmdb(from, countOption(options, "children", 300)));
  return rows;
}

async function lmdb(from: number, children: number): Promise<BenchRow> {
  const outcomes = await fuzzLmdb(from, from + children);
  const count = (kind: string): number => outcomes.filter((one) => one.kind === kind).length;
  const said = ["right", "refused", "error", "wrong", "unhandled", "hang"];
  for (const { input, damage, kind, message } of outcomes) {
    if (kind !== "right" && kind !== "refused")
      console.log(`LMDB, ${input}: ${damage}, ${kind}: ${message}`);
  }
  return {
    ...{ table: "damaged LMDB caches, a process each", children },
    ...{ "right values": count("right"), "error at opening": count("refused") },
    ...{ "error later, with the file": count("error"), wrong: count("wrong") },
    ...{ unhandled: count("unhandled"), hangs: count("hang") },
    "ended by a signal or silent": outcomes.filter((one) => !said.includes(one.kind)).length,
  };
}
