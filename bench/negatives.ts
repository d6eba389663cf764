/**
 * `npm run bench -- negatives [--large] [--queries N] [--passages N] [--dimensions N] [--threads N] [--runs 5]`: mining by
 * exact search and by BM25. `--large` is 5,000 queries × 100,000 passages × 1,536 dimensions (4 GB of memory). Beside it
 * NumPy's blocked product and argpartition and PyTorch's topk, where `--python` (python3) has them, and the same mining on
 * onnxruntime-node, where it is installed. Mining and PyTorch by turns, medians of `--runs`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import {
  createBm25Index,
  createRandom,
  mineHardNegatives,
  createVectorIndex,
  type Matrix,
  type Pair,
  type Random,
} from "embedtune";
import { createMatrix, setKernel, type ProductEngine } from "embedtune/math";
import { byTurns, onOnnx, secondsOf, type Seconds } from "./native.js";
import { pythonEnvironment, pythonOf } from "./python.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

const numNegatives = 3;

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const large = options.has("large");
  const size = (name: string, small: number, big: number): number =>
    Number(options.get(name) ?? (large ? big : small));
  const queries = size("queries", 500, 5_000);
  const passages = size("passages", 10_000, 100_000);
  const dimensions = size("dimensions", 1_536, 1_536);
  const threads = countOption(options, "threads", availableParallelism());
  const runs = countOption(options, "runs", 5);
  const python = pythonOf(options);
  const random = createRandom(options.get("seed") ?? 1);

  const pairs = Array.from({ length: queries }, (_, i): Pair => ({
    query: `query ${i}`,
    passage: `passage ${i % passages}`,
    label: 1,
    group: String(i),
    kind: "gold",
  }));
  const texts = {
    queries: pairs.map(({ query }) => query),
    passages: Array.from({ length: passages }, (_, i) => `passage ${i}`),
  };
  const vectors = {
    queries: unitMatrix(queries, dimensions, random),
    passages: unitMatrix(passages, dimensions, random),
  };
  const warm = { queries: texts.queries.slice(0, 8), passages: texts.passages.slice(0, 2_000) };
  await createVectorIndex(warm, {
    queries: createMatrix(8, dimensions, vectors.queries.data.slice(0, 8 * dimensions)),
    passages: createMatrix(2_000, dimensions, vectors.passages.data.slice(0, 2_000 * dimensions)),
  }).search(warm.queries, 9);

  const operations = 2 * queries * passages * dimensions;
  const table = `Mining: ${queries} queries × ${passages} passages × ${dimensions} dimensions, ${threads} threads, median of ${runs}`;
  const row = (what: string, seconds: number): BenchRow => ({
    table,
    what,
    seconds,
    "GFLOP/s": operations / seconds / 1e9,
    "pairs/s": Math.round((queries * numNegatives) / seconds),
  });
  const rows: BenchRow[] = [];
  // minScore -1 drops nothing; 33 candidates a query are searched, as a margin would ask for.
  const mining = { numNegatives, rangeMax: 10 * numNegatives + 2, minScore: -1 };
  const ours = (engine: "kernel" | ProductEngine): Promise<Seconds> =>
    secondsOf(async () => {
      const index = createVectorIndex(texts, vectors);
      const { counts } = await mineHardNegatives(pairs, index, { ...mining, engine });
      if (counts.mined !== queries * numNegatives) throw new Error("mined too few");
    });
  const jobs: Record<string, () => Promise<Seconds>> = {
    "embedtune, all of mineHardNegatives": () => ours("kernel"),
  };
  const sizes = [queries, passages, dimensions, 33, threads];
  if (torchSeconds(python, [8, 80, 8, 3, 1]) !== null) {
    jobs[pytorch] = () => Promise.resolve(torchSeconds(python, sizes)!);
  } else console.error(`bench: ${python} has no PyTorch: nothing of it to compare with`);
  setKernel({ threads });
  const times =
    (await onOnnx(threads, (engine) => {
      const name = "embedtune on onnxruntime-node, the same negatives";
      return byTurns(runs, { ...jobs, [name]: () => ours(engine) });
    })) ?? (await byTurns(runs, jobs));
  setKernel();
  for (const [name, { wall, processor }] of Object.entries(times)) {
    rows.push({
      ...row(name, wall),
      "processor seconds": processor,
      ...(pytorch in times ? { "of PyTorch's time": wall / times[pytorch].wall } : {}),
    });
  }

  for (const core of openBlasCores()) {
    const seconds = numpySeconds(python, sizes.slice(0, 4), threads, core);
    if (seconds !== null) rows.push(row(`NumPy, search alone${core && ` (${core})`}`, seconds));
  }

  // BM25: passages of 100 words, queries of 9, words as frequent as in a language (Zipf).
  const word = (): string => `w${Math.floor(Math.exp(random.next() * Math.log(50_000)))}`;
  const words = (count: number): string => Array.from({ length: count }, word).join(" ");
  const lexical = Array.from({ length: passages }, () => words(100));
  const asked = Array.from({ length: queries }, () => words(9));
  const started = performance.now();
  const bm25 = createBm25Index(lexical);
  const built = performance.now();
  await bm25.search(asked, 33);
  const seconds = (performance.now() - built) / 1000;
  rows.push({
    table: `BM25: ${queries} queries of 9 words × ${passages} passages of 100 words`,
    what: "embedtune",
    "index seconds": (built - started) / 1000,
    "search seconds": seconds,
    "queries/s": Math.round(queries / seconds),
  });
  return rows;
}

function unitMatrix(rows: number, cols: number, random: Random): Matrix {
  const matrix = createMatrix(rows, cols);
  const { data } = matrix;
  for (let start = 0; start < data.length; start += cols) {
    let sum = 0;
    for (let i = start; i < start + cols; i++) {
      data[i] = random.next() - 0.5;
      sum += data[i] * data[i];
    }
    const scale = 1 / Math.sqrt(sum);
    for (let i = start; i < start + cols; i++) data[i] *= scale;
  }
  return matrix;
}

/** OpenBLAS takes some virtual processors for old ones: beside its own choice, the kernel the processor could run. */
function openBlasCores(): string[] {
  try {
    const flags = readFileSync("/proc/cpuinfo", "utf8");
    if (/\bavx512f\b/.test(flags)) return ["", "SKYLAKEX"];
    return /\bavx2\b/.test(flags) ? ["", "HASWELL"] : [""];
  } catch {
    return [""];
  }
}

const pytorch = "PyTorch, search alone";

function torchSeconds(python: string, sizes: readonly number[]): Seconds | null {
  const script = fileURLToPath(new URL("torch-mining.py", import.meta.url));
  const args = [script, ...sizes.map(String)];
  const { status, stdout } = spawnSync(python, args, { env: pythonEnvironment() });
  if (status !== 0) return null;
  const { seconds, processor } = JSON.parse(stdout.toString()) as Record<string, number>;
  return { wall: seconds, processor };
}

function numpySeconds(
  python: string,
  sizes: readonly number[],
  threads: number,
  core: string,
): number | null {
  const script = fileURLToPath(new URL("numpy-mining.py", import.meta.url));
  const env = {
    ...process.env,
    ...{ OPENBLAS_NUM_THREADS: String(threads) },
    ...(core === "" ? {} : { OPENBLAS_CORETYPE: core }),
  };
  try {
    const args = [script, ...sizes.map(String)];
    const output = execFileSync(python, args, { env, encoding: "utf8", stdio: "pipe" });
    return Number(output);
  } catch {
    return null;
  }
}
