/**
 * `npm run bench -- agreement --python PROGRAM [--set xquad] [--embedder minilm]`: what sentence-transformers 6.2 mines and measures on
 * the same vectors (it needs `datasets` beside it). Mining in 13 settings and four formats: questions with the same negatives, then the
 * figures of retrieval, of reranking, and the correlations of graded pairs.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createRandom,
  createVectorIndex,
  encodeNpy,
  evaluateRetrieval,
  mineHardNegatives,
  type Pair,
} from "embedtune";
import { evaluateGradedPairs, evaluateReranking } from "embedtune/evaluate";
import { normalizeRows } from "embedtune/math";
import { toLabelledLists, toLabelledPairs, toTriplets, toTuples } from "embedtune/negatives";
import type { MinedNegatives } from "../src/negatives/mining/mine-hard-negatives.js";
import type { MiningOptions } from "../src/negatives/mining/mining-options.js";
import { pythonEnvironment, pythonOf } from "./python.js";
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
    return await compare(set, folder, pythonOf(options));
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
  const graded = gradedPairs(rows, passages.rows);
  const lists = candidateLists(rows, passages.rows);
  const script = fileURLToPath(new URL("peers/mine_hard_negatives.py", import.meta.url));
  const { stdout, stderr, status } = spawnSync(python, [script, folder], {
    input: JSON.stringify({ pairs: rows.map(([q, p]) => [q, p]), mining, graded, lists }),
    ...{ env: pythonEnvironment(), encoding: "utf8", maxBuffer: 1 << 30 },
  });
  if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr.slice(-2000)}`);
  const theirs = JSON.parse(stdout) as {
    readonly mined: readonly (readonly unknown[][])[];
    readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly graded: Readonly<Record<string, number>>;
    readonly reranking: Readonly<Record<string, number>>;
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
  return [
    ...found,
    ...(await figures(set, rows, theirs.figures)),
    ...gradedFigures(set, graded, theirs.graded),
    ...rerankingFigures(set, lists, theirs.reranking),
  ];
}

type Row = readonly [query: number, passage: number, label: number];
type CandidateList = readonly [query: number, right: readonly number[], wrong: readonly number[]];

/** Gold pairs with grades of 3 and 4, passages drawn for their questions with 0 to 2: grades tie, as those of people do. */
function gradedPairs(rows: readonly Row[], passages: number): Row[] {
  const random = createRandom("agreement/graded");
  return rows.flatMap(([q, p]): Row[] => [
    [q, p, 3 + random.integer(2)],
    [q, random.integer(passages), random.integer(3)],
  ]);
}

/** What a reranker is given: a question's passages among thirty others. */
function candidateLists(rows: readonly Row[], passages: number): CandidateList[] {
  const random = createRandom("agreement/lists");
  const rightOf = new Map<number, number[]>();
  for (const [q, p] of rows) rightOf.set(q, [...(rightOf.get(q) ?? []), p]);
  return Array.from(rightOf, ([q, right]): CandidateList => {
    const drawn = new Set(Array.from({ length: 30 }, () => random.integer(passages)));
    return [q, right, [...drawn].filter((p) => !right.includes(p))];
  });
}

/** Vectors of length 1, as theirs are, so that inner products are compared on the same. */
const unitRows = ({ queries, passages }: VectorSet) =>
  ({ queries: normalizeRows(queries), passages: normalizeRows(passages) }) as const;

function scoresOf(
  { queries, passages }: Pick<VectorSet, "queries" | "passages">,
  pairs: readonly (readonly [number, number])[],
): number[] {
  const { cols } = queries;
  return pairs.map(([q, p]) => {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += queries.data[q * cols + j] * passages.data[p * cols + j];
    return sum;
  });
}

function difference(table: string, figure: string, ours: number, theirs: number): BenchRow {
  return {
    ...{ table, figure, ours: ours.toFixed(12), theirs: theirs.toFixed(12) },
    difference: Math.abs(ours - theirs),
  };
}

function gradedFigures(
  set: VectorSet,
  graded: readonly Row[],
  theirs: Readonly<Record<string, number>>,
): BenchRow[] {
  const scores = scoresOf(
    unitRows(set),
    graded.map(([q, p]) => [q, p] as const),
  );
  const ours = evaluateGradedPairs(
    scores,
    graded.map(([, , grade]) => grade),
  );
  return (["pearson", "spearman"] as const).flatMap((name) =>
    ["cosine", "dot"].map((of) =>
      difference("graded pairs", `${name}, ${of}`, ours[name], theirs[`${name}_${of}`]),
    ),
  );
}

function rerankingFigures(
  set: VectorSet,
  lists: readonly CandidateList[],
  theirs: Readonly<Record<string, number>>,
): BenchRow[] {
  const rows = unitRows(set);
  const ranked = lists.map(([q, right, wrong]) => ({
    scores: scoresOf(
      rows,
      [...right, ...wrong].map((p) => [q, p] as const),
    ),
    labels: [...right.map(() => 1), ...wrong.map(() => 0)],
  }));
  const { metrics } = evaluateReranking(ranked, { ks: [10, 1000] });
  const ours = metrics as Readonly<Record<string, number>>;
  return [
    difference("reranking", "map", ours["map@1000"], theirs["map"]),
    difference("reranking", "mrr@10", ours["mrr@10"], theirs["mrr"]),
    difference("reranking", "ndcg@10", ours["ndcg@10"], theirs["ndcg"]),
  ];
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
      return difference("retrieval", `${name}@${k}`, ours, other);
    }),
  );
}
