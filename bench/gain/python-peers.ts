import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../python.js";
import type { BenchRow } from "../rows.js";
import { dataFolder, neuralEmbedders, neuralSets } from "../sets.js";
import { rounded } from "./part.js";

/** A script of bench/peers: what it needs, and the sets it is for. */
interface Script {
  readonly name: string;
  readonly module: string;
  readonly file: string;
  readonly sets: readonly string[];
}

const scripts: readonly Script[] = [
  {
    name: "sentence-transformers, Dense, MultipleNegativesRankingLoss",
    module: "sentence_transformers",
    file: "dense_layer.py",
    sets: neuralSets,
  },
  {
    name: "scikit-learn, LogisticRegression",
    module: "sklearn",
    file: "logistic_regression.py",
    sets: ["clinc"],
  },
];

/** Rows of the scripts whose module the interpreter has; others are named. */
export function pythonPeers(python: string, sets: readonly string[]): BenchRow[] {
  const folder = fileURLToPath(new URL("../peers/", import.meta.url));
  const rows: BenchRow[] = [];
  for (const { name, module, file, sets: own } of scripts) {
    const path = join(folder, file);
    if (!existsSync(path) || !hasModule(python, module)) {
      console.log(`${name}: skipped, since ${python} has no ${module}`);
      continue;
    }
    for (const set of own.filter((each) => sets.includes(each))) {
      for (const embedder of neuralEmbedders) {
        const args = [path, join(dataFolder, "sets", set), embedder];
        const line = lastLineOf(python, args);
        if (line === undefined) {
          console.log(`${name}: skipped for ${set}, ${embedder}, since it failed`);
          continue;
        }
        const figures = JSON.parse(line) as Record<string, number>;
        rows.push({
          table: "peers in Python, all training labels, figures on the test pairs",
          ...{ set, embedder, method: `${name} ${figures["version"]}` },
          "R@1": rounded(figures["recall@1"]),
          MRR: rounded(figures["mrr"]),
          seconds: figures["seconds"],
        });
      }
    }
  }
  return rows;
}

/** The last line that a script prints: trainers print of their own accord, the figures come last; none where it fails. */
function lastLineOf(python: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(python, args, {
    env: pythonEnvironment(),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status === 0) return stdout.trimEnd().split("\n").at(-1);
  console.log(stderr.trimEnd().split("\n").at(-1));
  return undefined;
}

function hasModule(python: string, module: string): boolean {
  try {
    execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore", env: pythonEnvironment() });
    return true;
  } catch {
    return false;
  }
}
