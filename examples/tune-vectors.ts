/**
 * Fits adapters on anybody's own vectors and measures them on held-out rows:
 *
 *   npx tsx examples/tune-vectors.ts --queries Q.npy --passages P.npy --groups G.txt --json OUT.json
 *
 * Row i of Q belongs with row i of P; line i of G names the group of row i, which the split keeps whole. In place of the
 * three, --texts FILE.jsonl[.gz] takes lines of {"question", "passage", "title"} and embeds them with the built-in
 * embedder. --splits N averages over the seeds N counts up from --seed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  applyAdapter,
  decodeNpy,
  evaluateRetrieval,
  fitThreshold,
  pairCosines,
  type Matrix,
} from "embedtune";
import { accuracyAtThreshold, averagePrecision, rocAuc } from "embedtune/evaluate";
import { runExample } from "./shared/cli.js";
import { readTexts } from "./shared/embedded-texts.js";
import { defaultMethods, methodOf, type Fitted } from "./shared/vector-methods.js";
import { testRowsByGroup, vectorTask, type VectorTask } from "./shared/vector-task.js";

await runExample(async (signal) => {
  const { values } = parseArgs({
    options: {
      queries: { type: "string" },
      passages: { type: "string" },
      groups: { type: "string" },
      texts: { type: "string" },
      test: { type: "string" },
      methods: { type: "string", default: defaultMethods.join(",") },
      seed: { type: "string", default: "1" },
      splits: { type: "string", default: "1" },
      json: { type: "string" },
    },
  });
  const required = (name: "queries" | "passages" | "groups" | "json"): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is required`);
    return value;
  };
  const out = required("json");
  const names = values.methods.split(",").map((name) => name.trim());
  const methods = names.map(methodOf);
  const splits = Number(values.splits);
  if (!Number.isInteger(splits) || splits < 1) {
    throw new Error(`--splits must be an integer >= 1, received "${values.splits}"`);
  }
  if (splits > 1 && (values.test !== undefined || !/^\d+$/.test(values.seed))) {
    throw new Error("--seed must be a whole number and --test left out where --splits is above 1");
  }
  const data =
    values.texts === undefined
      ? await readVectorPairs(required("queries"), required("passages"), required("groups"))
      : await readTexts(values.texts, signal);

  const runs: Run[] = [];
  for (let split = 0; split < splits; split++) {
    const seed = splits === 1 ? values.seed : String(Number(values.seed) + split);
    const testRows =
      values.test === undefined
        ? testRowsByGroup(data.groups, seed)
        : await readRows(values.test, data.queries.rows);
    const held = new Set(testRows);
    const trainRows = Array.from(data.groups.keys()).filter((row) => !held.has(row));
    if (testRows.length === 0 || trainRows.length === 0) {
      throw new Error(
        `the split must leave rows to train and rows to test, received ${trainRows.length} and ${testRows.length}`,
      );
    }
    const train = vectorTask(data.queries, data.passages, data.groups, trainRows);
    const test = vectorTask(data.queries, data.passages, data.groups, testRows);
    const results: Record<string, Result> = {};
    for (const [i, name] of names.entries()) {
      const start = performance.now();
      const fitted = await methods[i]({ train, seed, signal });
      const seconds = (performance.now() - start) / 1000;
      results[name] = { ...(await measure(fitted, train, test)), seconds };
    }
    const rows = { train: trainRows.length, test: testRows.length };
    runs.push({ seed, rows, methods: results });
  }
  const whole =
    splits === 1 ? runs[0] : { seed: values.seed, splits, methods: meanResults(runs, names), runs };
  await writeFile(out, JSON.stringify(whole, undefined, 2) + "\n");
  printTable(whole.methods);
});

/** One split. */
interface Run {
  readonly seed: string;
  readonly rows: { readonly train: number; readonly test: number };
  readonly methods: Record<string, Result>;
}

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
  readonly "recall@1": number;
  readonly "recall@10": number;
  readonly mrr: number;
  /** To fit, in all. */
  readonly seconds: number;
}

async function measure(
  { adapter, threshold: heldOut }: Fitted,
  train: VectorTask,
  test: VectorTask,
): Promise<Omit<Result, "seconds">> {
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
    ...(await retrieval(onTest)),
  };
}

/** Each query against every passage of its side. */
async function retrieval({
  queries,
  passages,
  answers,
}: VectorTask): Promise<Pick<Result, "recall@1" | "recall@10" | "mrr">> {
  const relevant = Array.from(answers, (answer) => [answer]);
  const { metrics } = await evaluateRetrieval(queries, passages, relevant, { ks: [1, 10] });
  return { "recall@1": metrics["recall@1"], "recall@10": metrics["recall@10"], mrr: metrics.mrr };
}

/** Every figure's mean over the splits. */
function meanResults(runs: readonly Run[], names: readonly string[]): Record<string, Result> {
  const mean = (name: string, key: keyof Result): number =>
    runs.reduce((sum, { methods }) => sum + methods[name][key], 0) / runs.length;
  return Object.fromEntries(
    names.map((name) => {
      const keys = Object.keys(runs[0].methods[name]) as (keyof Result)[];
      // Every key of the first split's result is there.
      return [
        name,
        Object.fromEntries(keys.map((key) => [key, mean(name, key)])) as unknown as Result,
      ];
    }),
  );
}

async function readVectorPairs(
  queriesPath: string,
  passagesPath: string,
  groupsPath: string,
): Promise<{ queries: Matrix; passages: Matrix; groups: string[] }> {
  const queries = decodeNpy(await readFile(queriesPath), queriesPath);
  const passages = decodeNpy(await readFile(passagesPath), passagesPath);
  if (queries.rows !== passages.rows || queries.cols !== passages.cols) {
    throw new Error(
      `--queries and --passages must have one shape, row i of one belongs with row i of the other, received ${queries.rows} × ${queries.cols} and ${passages.rows} × ${passages.cols}`,
    );
  }
  const groups = await readLines(groupsPath);
  if (groups.length !== queries.rows) {
    throw new Error(
      `${groupsPath} must have one group per row, ${queries.rows} lines, received ${groups.length}`,
    );
  }
  return { queries, passages, groups };
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
        `${path}:${at + 1}: the row must be an integer from 0 to ${count - 1}, received "${line}"`,
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
    ["R@1", "recall@1"],
    ["R@10", "recall@10"],
    ["MRR", "mrr"],
    ["seconds", "seconds"],
  ] as const;
  console.log(["method".padEnd(12), ...columns.map(([title]) => title.padStart(12))].join(" "));
  for (const [name, result] of Object.entries(results)) {
    const cells = columns.map(([, key]) => result[key].toFixed(3).padStart(12));
    console.log([name.padEnd(12), ...cells].join(" "));
  }
}
