import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PairColumns } from "../../src/data/types.js";
import { pythonEnvironment } from "../python.js";
import { dataFolder } from "../sets.js";

export type NudgeFigures = Readonly<
  Record<"NUDGE-M" | "NUDGE-N", { readonly "recall@1": number; readonly mrr: number }>
>;

/** Figures on a set's test pairs, by the authors' package; `null`, which is said, where the interpreter lacks it. */
export function nudge(
  python: string,
  [set, embedder]: readonly [string, string],
  { query, passage }: PairColumns,
): NudgeFigures | null {
  const script = fileURLToPath(new URL("../peers/nudge_passages.py", import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    python,
    [script, join(dataFolder, "sets", set), embedder],
    {
      env: pythonEnvironment(),
      input: JSON.stringify({ query: [...query], passage: [...passage] }),
      encoding: "utf8",
    },
  );
  if (status === 0) return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as NudgeFigures;
  console.log(`NUDGE: skipped: ${stderr?.trimEnd().split("\n").at(-1) ?? `no ${python}`}`);
  return null;
}
