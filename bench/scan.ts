/**
 * `npm run bench -- scan`: one question at a time against resident vectors, on one thread: every score in single precision, and
 * only those that the bound of the 8-bit scores leaves open; beside NumPy's product of a matrix and a vector where Python has
 * it. The rows are made up: unit passages, and known questions around them. Where the shared data is, the share of rows
 * rescored is also that of real vectors.
 *
 *   --passages 10000      and 10 known questions of each (--questions 10)
 *   --dimensions 384
 *   --k 10
 *   --queries 200         questions asked
 *   --python python3      an interpreter that has NumPy
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRandom, type Matrix } from "embedtune";
import {
  createMatrix,
  createResidentIndex,
  normalizeRows,
  rowOf,
  topK,
  type ResidentIndex,
} from "embedtune/math";
import { pythonEnvironment, pythonOf } from "./python.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";
import { neuralEmbedders, neuralSets, readSet, setsArePresent } from "./sets.js";

export function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const passages = countOption(options, "passages", 10_000);
  const questions = countOption(options, "questions", 10);
  const dimensions = countOption(options, "dimensions", 384);
  const k = countOption(options, "k", 10);
  const asked = countOption(options, "queries", 200);
  const rows = passages * (1 + questions);
  const table = `The best ${k} of ${rows} rows of ${dimensions}, one question at a time, one thread`;
  const vectors = questionsAround(passages, questions, dimensions);
  const queries = around(vectors, asked, passages, "asked");
  const results: BenchRow[] = searches(vectors, queries, k).map((row) => ({ table, ...row }));
  const python = pythonOf(options);
  results.push(...numpy(python, [rows, dimensions, k, asked]).map((row) => ({ table, ...row })));
  if (setsArePresent) {
    for (const embedder of neuralEmbedders) {
      const real = realVectors(embedder);
      const name = `Real vectors, ${embedder}: ${real.rows} rows of ${real.cols}, asked by ${asked} of them`;
      const some = gather(real, asked);
      results.push(...searches(real, some, k).map((row) => ({ table: name, ...row })));
    }
  }
  return Promise.resolve(results);
}

/** Unit rows: passages, then known questions about each in turn. */
function questionsAround(passages: number, questions: number, dimensions: number): Matrix {
  const random = createRandom("passages");
  const result = createMatrix(passages * (1 + questions), dimensions);
  for (let i = 0; i < passages * dimensions; i++) result.data[i] = random.normal();
  const known = around(result, passages * questions, passages, "known");
  result.data.set(known.data, passages * dimensions);
  return normalizeRows(result);
}

/** Unit rows at a cosine of some 0.75 to passages in turn. */
function around(vectors: Matrix, count: number, passages: number, seed: string): Matrix {
  const random = createRandom(seed);
  const result = createMatrix(count, vectors.cols);
  for (let i = 0; i < count; i++) {
    const passage = rowOf(vectors, i % passages);
    const length = Math.hypot(...passage);
    const noise = (0.9 * length) / Math.sqrt(vectors.cols);
    for (let j = 0; j < vectors.cols; j++) {
      result.data[i * vectors.cols + j] = passage[j] + noise * random.normal();
    }
  }
  return normalizeRows(result);
}

function realVectors(embedder: string): Matrix {
  const parts = neuralSets.flatMap((name) => {
    const { passages, queries } = readSet(name, embedder);
    return [passages, queries];
  });
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const result = createMatrix(rows, parts[0].cols);
  let at = 0;
  for (const { data } of parts) {
    result.data.set(data, at);
    at += data.length;
  }
  return normalizeRows(result);
}

function gather(vectors: Matrix, count: number): Matrix {
  const result = createMatrix(count, vectors.cols);
  const stride = Math.max(1, Math.floor(vectors.rows / count));
  for (let i = 0; i < count; i++) {
    result.data.set(rowOf(vectors, (i * stride) % vectors.rows), i * vectors.cols);
  }
  return result;
}

interface Opened {
  readonly index: ResidentIndex;
  readonly seconds: number;
  readonly megabytes: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function open(vectors: Matrix, preselect: "int8" | "none"): Opened {
  collectGarbage();
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const index = createResidentIndex(vectors, { preselect });
  const seconds = (performance.now() - start) / 1e3;
  collectGarbage();
  return { index, seconds, megabytes: (process.memoryUsage.rss() - before) / 1e6 };
}

/** Questions that are asked of one index before the other has its turn. */
const ROUND = 10;

/**
 * Both kinds of search, in turns, since others may share the machine. The first of a round finds in the caches what the other
 * kind left there. `differ` counts results that are not topK's.
 */
function searches(vectors: Matrix, queries: Matrix, k: number): Omit<BenchRow, "table">[] {
  const expected = topK(queries, vectors, k);
  const kinds = [
    { engine: "embedtune, float32", ...open(vectors, "none") },
    { engine: "embedtune, int8 first", ...open(vectors, "int8") },
  ].map((kind) => ({ ...kind, times: [] as number[], rescored: 0, differ: 0 }));
  for (const { index } of kinds) for (let i = 0; i < 30; i++) index.search(rowOf(queries, 0), k);
  for (let first = 0; first < queries.rows; first += ROUND) {
    for (const kind of kinds) {
      for (let i = first; i < Math.min(queries.rows, first + ROUND); i++) {
        const start = performance.now();
        const { indices, scores, rescored } = kind.index.search(rowOf(queries, i), k);
        kind.times.push(performance.now() - start);
        kind.rescored += rescored;
        const same = indices.every(
          (row, j) =>
            row === expected.indices[i * k + j] && scores[j] === expected.scores[i * k + j],
        );
        if (!same) kind.differ++;
      }
    }
  }
  return kinds.map(({ engine, index, seconds, megabytes, times, rescored, differ }) => {
    index.close();
    return {
      ...{ engine, ...spread(times) },
      "first of a round, ms": spread(times.filter((_, i) => i % ROUND === 0))["median ms"],
      "rows rescored, %": (100 * rescored) / (queries.rows * vectors.rows),
      ...{ "differ from topK": differ, MB: megabytes, "s to fill": seconds },
    };
  });
}

function spread(times: readonly number[]): { readonly "median ms": number; "p95 ms": number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  return { "median ms": at(0.5), "p95 ms": at(0.95) };
}

/** NumPy's times on one thread; none where there is no Python with NumPy. */
function numpy(python: string, sizes: readonly number[]): Omit<BenchRow, "table">[] {
  const script = fileURLToPath(new URL("numpy-scan.py", import.meta.url));
  const env = { ...pythonEnvironment(), OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
  const { status, stdout } = spawnSync(python, [script, ...sizes.map(String)], { env });
  if (status !== 0) return [];
  const times = JSON.parse(stdout.toString()) as {
    readonly product: readonly number[];
    readonly best: readonly number[];
    readonly numpy: string;
  };
  return [
    { engine: `NumPy ${times.numpy}, the product alone`, ...spread(times.product) },
    { engine: `NumPy ${times.numpy}, with argpartition`, ...spread(times.best) },
  ];
}
