/**
 * npm run bench -- evaluate [--scores 1000000] [--queries 5000] [--passages 100000] [--dimensions 1536] [--runs 5] [--python python3]
 *
 * Threshold sweep and areas on scores, and exact retrieval over a corpus, against NumPy and scikit-learn on the same
 * numbers in the same run, where `--python` has both. Seeded; scores are timed after a
 * warm-up, the best of several runs; retrieval by turns with NumPy, on the kernel and where it is installed on
 * onnxruntime-node, the medians of --runs. Each program runs alone.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom, evaluateRetrieval, fitThreshold, type Matrix } from "embedtune";
import { createMatrix, type ProductEngine } from "embedtune/math";
import { averagePrecision, notebookThreshold, rocAuc } from "embedtune/evaluate";
import { byTurns, onOnnx, secondsOf, type Seconds } from "./native.js";
import { pythonOf } from "./python.js";
import type { BenchOptions, BenchRow } from "./rows.js";

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const size = (name: string, usual: number): number => Number(options.get(name) ?? usual);
  const n = size("scores", 1_000_000);
  const [queries, passages, dimensions] = [
    size("queries", 5000),
    size("passages", 100_000),
    size("dimensions", 1536),
  ];
  const folder = mkdtempSync(join(tmpdir(), "bench-evaluate-"));
  try {
    const python = pythonWithPeers(pythonOf(options));
    const rows = [...scoreRows(n, folder, python)];
    const runs = size("runs", 5);
    rows.push(...(await retrievalRows(queries, passages, dimensions, { folder, python, runs })));
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Cosines of matches and others as they come: two overlapping bells, a third of them matches. */
function sampleScores(n: number): { scores: Float64Array; labels: Uint8Array } {
  const random = createRandom("bench/scores");
  const labels = Uint8Array.from({ length: n }, () => +(random.next() < 1 / 3));
  const scores = Float64Array.from(labels, (label) => 0.72 + 0.05 * label + 0.06 * random.normal());
  return { scores, labels };
}

function scoreRows(n: number, folder: string, python: Python | null): BenchRow[] {
  const { scores, labels } = sampleScores(n);
  const jobs = {
    "tie-safe threshold (exact)": () => fitThreshold(scores, labels).value,
    "notebook's sweep": () => notebookThreshold(scores, labels).accuracy,
    "ROC AUC": () => rocAuc(scores, labels),
    "average precision": () => averagePrecision(scores, labels),
  };
  const ours = Object.entries(jobs).map(([name, job]) => ({ name, ...bestOf(5, job) }));
  writeFileSync(join(folder, "scores.f64"), scores);
  writeFileSync(join(folder, "labels.u8"), labels);
  const theirs = python?.(["scores", folder]) ?? null;
  return ours.map(({ name, seconds, value }) => ({
    table: `${n} scores, seconds`,
    figure: name,
    embedtune: seconds,
    ...(theirs === null
      ? {}
      : {
          "NumPy/scikit-learn": theirs[name].seconds,
          ratio: theirs[name].seconds / seconds,
          "same value": Math.abs(theirs[name].value - value) <= 1e-9 ? "yes" : "NO",
        }),
  }));
}

async function retrievalRows(
  queryCount: number,
  passageCount: number,
  dimensions: number,
  { folder, python, runs }: { folder: string; python: Python | null; runs: number },
): Promise<BenchRow[]> {
  const { queries, corpus } = sampleVectors(queryCount, passageCount, dimensions);
  const relevant = Array.from({ length: queryCount }, (_, i) => [i % passageCount]);
  writeFileSync(join(folder, "queries.f32"), queries.data);
  writeFileSync(join(folder, "corpus.f32"), corpus.data);
  const threads = availableParallelism();
  const found: Record<string, Retrieved> = {};
  const ours = async (name: string, engine: "kernel" | ProductEngine): Promise<Seconds> => {
    const before = process.memoryUsage().rss;
    let peak = before;
    let figures: Readonly<Record<string, number>> = {};
    const seconds = await secondsOf(async () => {
      ({ metrics: figures } = await evaluateRetrieval(queries, corpus, relevant, {
        ...{ ks: [1, 10], engine },
        onProgress: () => (peak = Math.max(peak, process.memoryUsage().rss)),
      }));
    });
    const extra = Math.max(peak - before, found[name]?.extra ?? 0);
    found[name] = { extra, recall1: figures["recall@1"], recall10: figures["recall@10"] };
    return seconds;
  };
  const theirs = (name: string): Promise<Seconds> => {
    const result = python!(["retrieval", folder, String(queryCount), String(dimensions)]);
    const [{ seconds, processor, extra, value, recall10 }] = Object.values(result);
    found[name] = { extra: extra!, recall1: value, recall10: recall10! };
    return Promise.resolve({ wall: seconds, processor: processor! });
  };
  const kernel = "embedtune, ranks exact in 64 bits";
  const native = "embedtune on onnxruntime-node, the same ranks";
  const numpy = "NumPy, ranks from single-precision products";
  const jobs: Record<string, () => Promise<Seconds>> = { [kernel]: () => ours(kernel, "kernel") };
  if (python !== null) jobs[numpy] = () => theirs(numpy);
  const times =
    (await onOnnx(threads, (engine) =>
      byTurns(runs, { ...jobs, [native]: () => ours(native, engine) }),
    )) ?? (await byTurns(runs, jobs));
  return Object.entries(times).map(([program, { wall, processor }]) => ({
    table: `${queryCount} queries over ${passageCount} passages of ${dimensions} dimensions, ${threads} threads, median of ${runs}`,
    ...{ program, seconds: wall, "processor seconds": processor },
    ...(numpy in times ? { "of NumPy's time": wall / times[numpy].wall } : {}),
    GFLOPS: (2 * queryCount * passageCount * dimensions) / wall / 1e9,
    "MB beside the vectors": found[program].extra / 2 ** 20,
    "recall@1": found[program].recall1,
    "recall@10": found[program].recall10,
  }));
}

interface Retrieved {
  readonly extra: number;
  readonly recall1: number;
  readonly recall10: number;
}

/** Passages at random; query i is passage i with so much noise that it is not always found first. */
function sampleVectors(
  queryCount: number,
  passageCount: number,
  dimensions: number,
): { queries: Matrix; corpus: Matrix } {
  const random = createRandom("bench/vectors");
  const corpus = createMatrix(passageCount, dimensions);
  // Uniform numbers: cheap, and as good as normal ones for this.
  for (let i = 0; i < corpus.data.length; i++) corpus.data[i] = random.next() - 0.5;
  const queries = createMatrix(queryCount, dimensions);
  for (let i = 0; i < queryCount; i++) {
    const passage = (i % passageCount) * dimensions;
    for (let j = 0; j < dimensions; j++) {
      queries.data[i * dimensions + j] = 0.1 * corpus.data[passage + j] + random.next() - 0.5;
    }
  }
  return { queries, corpus };
}

function bestOf(runs: number, job: () => number): { seconds: number; value: number } {
  let seconds = Infinity;
  let value = job();
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    value = job();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { seconds, value };
}

type Timed = Record<
  string,
  {
    seconds: number;
    value: number;
    processor?: number | undefined;
    extra?: number | undefined;
    recall10?: number | undefined;
  }
>;

/** Runs evaluate.py. */
type Python = (args: readonly string[]) => Timed;

/** `null` where the program has no NumPy or no scikit-learn. */
function pythonWithPeers(program: string): Python | null {
  if (spawnSync(program, ["-c", "import numpy, sklearn"]).status !== 0) {
    console.error(`bench: ${program} has no NumPy and scikit-learn, so there is no comparison`);
    return null;
  }
  const script = fileURLToPath(new URL("evaluate.py", import.meta.url));
  return (args) => {
    const { status, stdout, stderr } = spawnSync(program, [script, ...args], { encoding: "utf8" });
    if (status !== 0) throw new Error(`bench: evaluate.py failed: ${stderr}`);
    return JSON.parse(stdout) as Timed;
  };
}
