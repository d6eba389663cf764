/**
 * `npm run bench -- agreement --python PROGRAM [--set xquad] [--embedder minilm]`: what sentence-transformers 6.2 mines and measures on
 * the same vectors (it needs `datasets` beside it). Mining in 13 settings and four formats: questions with the same negatives, then the
 * figures of retrieval.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createVectorIndex,
  encodeNpy,
  evaluateRetrieval,
  mineHardNegatives,
  type Pair,
} from "embedtune";
import { toLabelledLists, toLabelledPairs, toTriplets, toTuples } from "embedtune/negatives";
import type { MinedNegatives } from "../src/negatives/mining/mine-hard-negatives.js";
import type { MiningOptions } from "../src/negatives/mining/mining-options.js";
import { pythonEnvironment } from "./python.js";
import type { BenchOptions, BenchRow } from "./rows.js";
import { readSet, type VectorSet } from "./sets.js";

/** Ours; theirs are the same words with underscores. */
const settings: readonly MiningOptions[] = [
  {},
  { numNegatives: 1 },
  { numNegatives: 10 },
  { rangeMin: 5 },
  { rangeMax: 20, numNegatives: 5 },
  { rangeMin: 3, rangeMax: 30, maxScore: 0.6 },
  { minScore: 0.3, rangeMax: 20 },
  { rangeMax: 50, absoluteMargin: 0 },
  { rangeMax: 50, absoluteMargin: 0.1 },
  { rangeMax: 50, relativeMargin: 0.05 },
  { rangeMax: 100, relativeMargin: 0.2, maxScore: 0.7, minScore: 0.2 },
  { rangeMin: 10, rangeMax: 60, relativeMargin: 0.1, numNegatives: 5 },
  { rangeMax: 40, absoluteMargin: 0.05, relativeMargin: 0.05, numNegatives: 2 },
];
const formats = ["triplet", "n-tuple", "labeled-pair", "labeled-list"] as const;

const text = (kind: string, row: number): string => `${kind}${String(row).padStart(6, "0")}`;

/** Rows of a format as its lines have them. */
function rowsOf(
  mined: MinedNegatives,
  format: (typeof formats)[number],
  numNegatives = 3,
): unknown[][] {
  switch (format) {
    case "triplet":
      return toTriplets(mined).map(({ query, positive, negative }) => [query, positive, negative]);
    case "n-tuple":
      return toTuples(mined, numNegatives).map(({ query, positive, negatives }) => [
        query,
        positive,
        ...negatives,
      ]);
    case "labeled-pair":
      return toLabelledPairs(mined).map(({ query, passage, label }) => [query, passage, label]);
    case "labeled-list":
      return toLabelledLists(mined).map(({ query, passages, labels }) => [query, passages, labels]);
  }
}

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const set = readSet(options.get("set") ?? "xquad", options.get("embedder") ?? "minilm");
  const folder = mkdtempSync(join(tmpdir(), "embedtune-agreement-"));
  try {
    return await compare(set, folder, options.get("python") ?? "python3");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(set: VectorSet, folder: string, python: string): Promise<BenchRow[]> {
  const { queries, passages } = set;
  writeFileSync(join(folder, "queries.npy"), encodeNpy(queries));
  writeFileSync(join(folder, "passages.npy"), encodeNpy(passages));
  const all = [set.train, set.test].flatMap(({ query, passage, label }) =>
    Array.from(query, (q, i) => [q, passage[i], label[i]] as const).filter(([, , l]) => l === 1),
  );
  const rows = [...new Map(all.map((row) => [row.join(), row])).values()];
  const mining = settings.flatMap((ours) =>
    formats.map((format) => ({
      ...Object.fromEntries(
        Object.entries(ours).map(([key, value]) => [
          key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
          value,
        ]),
      ),
      output_format: format,
    })),
  );
  const script = fileURLToPath(new URL("peers/mine_hard_negatives.py", import.meta.url));
  const { stdout, stderr, status } = spawnSync(python, [script, folder], {
    input: JSON.stringify({ pairs: rows.map(([q, p]) => [q, p]), mining }),
    ...{ env: pythonEnvironment(), encoding: "utf8", maxBuffer: 1 << 30 },
  });
  if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr.slice(-2000)}`);
  const theirs = JSON.parse(stdout) as {
    readonly mined: readonly (readonly unknown[][])[];
    readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };

  const pairs = rows.map(([q, p]): Pair => ({
    ...{ query: text("q", q), passage: text("p", p), label: 1, group: text("q", q), kind: "gold" },
  }));
  const asked = [...new Set(rows.map(([q]) => q))];
  const index = createVectorIndex(
    {
      queries: Array.from({ length: queries.rows }, (_, i) => text("q", i)),
      passages: Array.from({ length: passages.rows }, (_, i) => text("p", i)),
    },
    { queries, passages },
  );
  const found: BenchRow[] = [];
  let at = 0;
  for (const ours of settings) {
    const mined = await mineHardNegatives(pairs, index, ours);
    for (const format of formats) {
      const [a, b] = [
        byQuestion(rowsOf(mined, format, ours.numNegatives)),
        byQuestion(theirs.mined[at++]),
      ];
      const same = asked.filter((q) => sameRows(a.get(text("q", q)), b.get(text("q", q))));
      found.push({
        ...{ table: "mining", setting: JSON.stringify(ours), format },
        ...{ questions: asked.length, same: same.length, rows: theirs.mined[at - 1].length },
      });
    }
  }
  return [...found, ...(await figures(set, rows, theirs.figures))];
}

function byQuestion(rows: readonly (readonly unknown[])[]): Map<unknown, (readonly unknown[])[]> {
  const all = new Map<unknown, (readonly unknown[])[]>();
  for (const row of rows) all.set(row[0], [...(all.get(row[0]) ?? []), row.slice(1)]);
  return all;
}

/** The same rows, in any order. */
function sameRows(
  a: readonly (readonly unknown[])[] = [],
  b: readonly (readonly unknown[])[] = [],
): boolean {
  const sorted = (rows: readonly (readonly unknown[])[]): string =>
    rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join("\n");
  return sorted(a) === sorted(b);
}

/** Ours and theirs, each mean over the questions. */
async function figures(
  { queries, passages }: VectorSet,
  rows: readonly (readonly [number, number, number])[],
  theirs: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Promise<BenchRow[]> {
  const relevant: number[][] = Array.from({ length: queries.rows }, () => []);
  for (const [q, p] of rows) relevant[q].push(p);
  const { metrics } = await evaluateRetrieval(queries, passages, relevant, { ks: [1, 10, 100] });
  return ["accuracy", "precision", "recall", "mrr", "ndcg", "map"].flatMap((name) =>
    ["1", "10", "100"].map((k) => {
      const ours = (metrics as Readonly<Record<string, number>>)[`${name}@${k}`];
      const other = theirs[`${name}@k`][k];
      return {
        ...{ table: "retrieval", figure: `${name}@${k}`, ours: ours.toFixed(12) },
        ...{ theirs: other.toFixed(12), difference: Math.abs(ours - other) },
      };
    }),
  );
}
