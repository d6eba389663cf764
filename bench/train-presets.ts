/**
 * `npm run bench -- train-presets`: what each preset gives on real questions and passages, beside the closed form and
 * the untouched embedding. Needs the shared data (see CONTRIBUTING.md); splits keep a page on one side.
 *
 *   --vectors words|hashing   pretrained word vectors (325-d) or the built-in embedder (1,536-d)
 *   --splits 3                random splits, averaged
 *   --methods none,rca,…      some of the methods
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  applyAdapter,
  fitRca,
  createHashingEmbedder,
  decodeNpy,
  evaluateRetrieval,
  identityAdapter,
  pairCosines,
  trainMatrix,
  type Adapter,
  type Matrix,
  type TrainMatrixOptions,
} from "embedtune";
import { rocAuc } from "embedtune/evaluate";
import {
  classificationPreset,
  cookbookPreset,
  cosineMse,
  infoNce,
  notebookPreset,
  retrievalPreset,
} from "embedtune/train";
import { testRowsByGroup, vectorTask, type VectorTask } from "../examples/shared/vector-task.js";
import type { BenchOptions, BenchRow } from "./rows.js";

/** All pairs but the test pages', whole and as a part to train on and one to choose the epoch by. */
interface Training {
  readonly all: VectorTask;
  readonly train: VectorTask;
  readonly validation: VectorTask;
}

const trained =
  (options: TrainMatrixOptions) =>
  async ({ train, validation }: Training): Promise<Adapter> =>
    (await trainMatrix({ ...train, validation }, options)).adapter;

/** Trains from the closed form of the training part. */
const fromRca =
  (options: (start: Adapter) => TrainMatrixOptions, side: "both" | "query" = "both") =>
  async (training: Training): Promise<Adapter> => {
    const adapter = fitRca(training.train, { side });
    return trained(options(adapter))(training);
  };

const methods: Readonly<Record<string, (training: Training) => Promise<Adapter>>> = {
  none: async ({ all }) => identityAdapter(all.queries.cols),
  rca: ({ all }) => Promise.resolve(fitRca(all)),
  notebook: trained(notebookPreset),
  cookbook: trained(cookbookPreset),
  retrieval: fromRca((start) => retrievalPreset({ start })),
  "retrieval, queries alone": fromRca(
    (start) => ({ ...retrievalPreset({ start }), sides: "query" }),
    "query",
  ),
  "retrieval from the identity": trained(retrievalPreset({ start: "identity" })),
  "retrieval, InfoNCE at 0.1": fromRca((start) => ({
    ...retrievalPreset({ start }),
    loss: infoNce({ temperature: 0.1 }),
  })),
  classification: fromRca((start) => classificationPreset({ start })),
  "classification, cosine MSE": fromRca((start) => ({
    ...classificationPreset({ start }),
    loss: cosineMse(),
  })),
};

const folder = new URL("../../shared/data/nq/", import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, folder));

async function load(
  vectors: string,
): Promise<{ queries: Matrix; passages: Matrix; pages: string[] }> {
  if (!existsSync(new URL("questions-passages.jsonl.gz", folder))) {
    throw new Error(
      "train-presets: ../shared/data/nq/questions-passages.jsonl.gz must be there, received no such file",
    );
  }
  const lines = gunzipSync(read("questions-passages.jsonl.gz")).toString().trim().split("\n");
  const rows = lines.map(
    (line) => JSON.parse(line) as { question: string; passage: string; title: string },
  );
  const pages = rows.map((row) => row.title);
  if (vectors === "words") {
    const queries = decodeNpy(read("queries-words-325d.npy"));
    return { queries, passages: decodeNpy(read("passages-words-325d.npy")), pages };
  }
  if (vectors !== "hashing") {
    throw new RangeError(`--vectors must be words or hashing, received ${vectors}`);
  }
  const embedder = createHashingEmbedder();
  return {
    queries: await embedder.embed(rows.map((row) => row.question)),
    passages: await embedder.embed(rows.map((row) => row.passage)),
    pages,
  };
}

async function measure(adapter: Adapter, test: VectorTask): Promise<Record<string, number>> {
  const queries = applyAdapter(adapter, test.queries, { side: "query" });
  const passages = applyAdapter(adapter, test.passages, { side: "passage" });
  const { metrics } = await evaluateRetrieval(queries, passages, test.relevant, { ks: [1, 10] });
  return {
    rocAuc: rocAuc(pairCosines(queries, passages, test.pairs), test.pairs.label),
    recallAt1: metrics["recall@1"],
    recallAt10: metrics["recall@10"],
    mrr: metrics["mrr"],
  };
}

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const vectors = options.get("vectors") ?? "words";
  const splits = Number(options.get("splits") ?? 3);
  const names = options.get("methods")?.split(",") ?? Object.keys(methods);
  const { queries, passages, pages } = await load(vectors);
  const sums = new Map<string, Record<string, number>>();
  for (let split = 1; split <= splits; split++) {
    const rest = (taken: readonly number[], of: readonly number[]): number[] => {
      const set = new Set(taken);
      return of.filter((row) => !set.has(row));
    };
    const task = (rows: readonly number[]): VectorTask =>
      vectorTask(queries, passages, pages, rows);
    const testRows = testRowsByGroup(pages, String(split));
    const allRows = rest(testRows, [...pages.keys()]);
    const chosen = testRowsByGroup(
      allRows.map((row) => pages[row]),
      `${split}/validation`,
      0.2,
    );
    const validationRows = chosen.map((i) => allRows[i]);
    const training = {
      all: task(allRows),
      train: task(rest(validationRows, allRows)),
      validation: task(validationRows),
    };
    const test = task(testRows);
    for (const name of names) {
      const method = methods[name] as (typeof methods)[string] | undefined;
      if (method === undefined) {
        throw new RangeError(
          `--methods must be some of ${Object.keys(methods).join(", ")}, received ${name}`,
        );
      }
      const started = performance.now();
      const adapter = await method(training);
      const seconds = (performance.now() - started) / 1000;
      const figures = { ...(await measure(adapter, test)), seconds };
      const sum = sums.get(name) ?? {};
      for (const [key, value] of Object.entries(figures))
        sum[key] = (sum[key] ?? 0) + value / splits;
      sums.set(name, sum);
    }
  }
  const table = `presets on ${vectors} vectors, mean of ${splits} splits of ${pages.length} questions`;
  return [...sums].map(([method, figures]) => ({ table, method, ...figures }));
}
