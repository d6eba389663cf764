/**
 * Fits adapters on anybody's own vectors and measures them on held-out rows:
 *
 *   npx tsx examples/tune-vectors.ts --queries Q.npy --passages P.npy --groups G.txt --json OUT.json
 *
 * Row i of Q belongs with row i of P; line i of G names the group of row i, which the split keeps whole.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  accuracyAtThreshold,
  applyAdapter,
  averagePrecision,
  decodeNpy,
  fitAdapter,
  fitRca,
  fitThreshold,
  identityAdapter,
  multiply,
  notebookPreset,
  pairCosines,
  rocAuc,
  trainMatrix,
  type Adapter,
  type Matrix,
} from "embedtune";
import { runExample } from "./shared/cli.js";
import { testRowsByGroup, vectorTask, type VectorTask } from "./shared/vector-task.js";

interface FitContext {
  readonly train: VectorTask;
  readonly seed: string;
  readonly signal: AbortSignal;
}

interface Fitted {
  readonly adapter: Adapter;
  /** Fitted on training pairs that were held out; without it, the threshold is fitted on the training pairs as they are. */
  readonly threshold?: number | null;
}

/** What `--methods` can name. Each sees the training rows alone. */
const methods: Record<string, (context: FitContext) => Promise<Fitted>> = {
  none: async ({ train }) => ({ adapter: identityAdapter(train.queries.cols) }),
  notebook: ({ train, seed, signal }) => trainMatrix(train, { ...notebookPreset, seed, signal }),
  rca: ({ train, seed, signal }) => fitRca(train, { seed, signal }),
  "query-rca": ({ train, seed, signal }) => fitRca(train, { side: "query", seed, signal }),
  ridge: ({ train, seed, signal }) =>
    fitAdapter(train, { side: "query", candidates: ["ridge"], level: 0.5, seed, signal }),
  auto: ({ train, seed, signal }) => fitAdapter(train, { seed, signal }),
};

await runExample(async (signal) => {
  const { values } = parseArgs({
    options: {
      queries: { type: "string" },
      passages: { type: "string" },
      groups: { type: "string" },
      test: { type: "string" },
      methods: { type: "string", default: Object.keys(methods).join(",") },
      seed: { type: "string", default: "1" },
      json: { type: "string" },
    },
  });
  const required = (name: "queries" | "passages" | "groups" | "json"): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is required`);
    return value;
  };
  const out = required("json");
  const queries = await readVectors(required("queries"));
  const passages = await readVectors(required("passages"));
  if (queries.rows !== passages.rows || queries.cols !== passages.cols) {
    throw new Error(
      `row i of --queries belongs with row i of --passages, so they need one shape; received ${queries.rows} × ${queries.cols} and ${passages.rows} × ${passages.cols}`,
    );
  }
  const groups = await readLines(required("groups"));
  if (groups.length !== queries.rows) {
    throw new Error(
      `${values.groups}: expected one group per row (${queries.rows} lines), received ${groups.length}`,
    );
  }
  const names = values.methods.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!Object.hasOwn(methods, name)) {
      throw new Error(
        `--methods: "${name}" is unknown, expected some of ${Object.keys(methods).join(", ")}`,
      );
    }
  }

  const testRows =
    values.test === undefined
      ? testRowsByGroup(groups, values.seed)
      : await readRows(values.test, queries.rows);
  const held = new Set(testRows);
  const trainRows = Array.from(groups.keys()).filter((row) => !held.has(row));
  if (testRows.length === 0 || trainRows.length === 0) {
    throw new Error(
      `the split leaves ${trainRows.length} rows to train and ${testRows.length} to test, expected some of each`,
    );
  }
  const train = vectorTask(queries, passages, groups, trainRows);
  const test = vectorTask(queries, passages, groups, testRows);

  const results: Record<string, Result> = {};
  for (const name of names) {
    const start = performance.now();
    const fitted = await methods[name]({ train, seed: values.seed, signal });
    const seconds = (performance.now() - start) / 1000;
    results[name] = { ...measure(fitted, train, test), seconds };
  }
  const rows = { train: trainRows.length, test: testRows.length };
  await writeFile(
    out,
    JSON.stringify({ seed: values.seed, rows, methods: results }, undefined, 2) + "\n",
  );
  printTable(results);
});

interface Result {
  /** At the threshold fitted on train: by cross-validation for the closed forms, on the fitted pairs for the others. */
  readonly accuracy: number;
  readonly standardError: number;
  readonly threshold: number;
  /** At the best threshold on test itself, as the published figures have it. */
  readonly accuracyBestThresholdOnTest: number;
  readonly baseRate: number;
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly recallAt1: number;
  readonly recallAt10: number;
  readonly mrr: number;
  /** To fit, in all. */
  readonly seconds: number;
}

function measure(
  { adapter, threshold: heldOut }: Fitted,
  train: VectorTask,
  test: VectorTask,
): Omit<Result, "seconds"> {
  const adapted = (task: VectorTask): VectorTask => ({
    ...task,
    queries: applyAdapter(adapter, task.queries, { side: "query" }),
    passages: applyAdapter(adapter, task.passages, { side: "passage" }),
  });
  const scoresOf = ({ queries, passages, pairs }: VectorTask): Float64Array =>
    pairCosines(queries, passages, pairs);
  const onTest = adapted(test);
  const scores = scoresOf(onTest);
  const { label } = test.pairs;
  const threshold = heldOut ?? fitThreshold(scoresOf(adapted(train)), train.pairs.label).threshold;
  const figure = accuracyAtThreshold(scores, label, threshold);
  const best = fitThreshold(scores, label);
  return {
    accuracy: figure.accuracy,
    standardError: figure.standardError,
    threshold,
    accuracyBestThresholdOnTest: accuracyAtThreshold(scores, label, best.threshold).accuracy,
    baseRate: figure.baseRate,
    rocAuc: rocAuc(scores, label),
    averagePrecision: averagePrecision(scores, label),
    ...retrieval(onTest),
  };
}

/** Each query against every passage of its side; a wrong passage with the score of the right one ranks before it. */
function retrieval({ queries, passages, answers }: VectorTask): {
  recallAt1: number;
  recallAt10: number;
  mrr: number;
} {
  const scores = multiply(queries, passages, { transposeB: true });
  let first = 0;
  let firstTen = 0;
  let reciprocal = 0;
  for (let i = 0; i < queries.rows; i++) {
    const row = scores.data.subarray(i * scores.cols, (i + 1) * scores.cols);
    const own = row[answers[i]];
    let rank = 0;
    for (const score of row) if (score >= own) rank++;
    if (rank === 1) first++;
    if (rank <= 10) firstTen++;
    reciprocal += 1 / rank;
  }
  const n = queries.rows;
  return { recallAt1: first / n, recallAt10: firstTen / n, mrr: reciprocal / n };
}

async function readVectors(path: string): Promise<Matrix> {
  return decodeNpy(await readFile(path), path);
}

async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

async function readRows(path: string, count: number): Promise<number[]> {
  const rows = new Set<number>();
  for (const [at, line] of (await readLines(path)).entries()) {
    const row = Number(line);
    if (line.trim() === "" || !Number.isInteger(row) || row < 0 || row >= count) {
      throw new Error(
        `${path}:${at + 1}: expected a row from 0 to ${count - 1}, received "${line}"`,
      );
    }
    rows.add(row);
  }
  return [...rows];
}

function printTable(results: Record<string, Result>): void {
  const columns = [
    ["accuracy", "accuracy"],
    ["best on test", "accuracyBestThresholdOnTest"],
    ["base rate", "baseRate"],
    ["ROC AUC", "rocAuc"],
    ["avg prec", "averagePrecision"],
    ["R@1", "recallAt1"],
    ["R@10", "recallAt10"],
    ["MRR", "mrr"],
    ["seconds", "seconds"],
  ] as const;
  console.log(["method".padEnd(12), ...columns.map(([title]) => title.padStart(12))].join(" "));
  for (const [name, result] of Object.entries(results)) {
    const cells = columns.map(([, key]) => result[key].toFixed(3).padStart(12));
    console.log([name.padEnd(12), ...cells].join(" "));
  }
}
