/**
 * `npm run bench -- math [--large] [--only products,registers,native,eigen,nearest,numpy] [--python python3]`: products against ml-matrix and, where
 * Python is there, NumPy, and beside what registers alone can do; eigen-decompositions at 512 and 1,536 (with --large 3,072);
 * exact top-k. Times are the best of several runs, since others may share the machine;
 * the share of one thread's time that the process really got stands beside them.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { EigenvalueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { createRandom, type Matrix } from "embedtune";
import {
  covariance,
  createMatrix,
  kernelStatus,
  multiply,
  normalizeRows,
  setKernel,
  symmetricEigen,
  topK,
  withEngine,
  type KernelOptions,
} from "embedtune/math";
import { byTurns, median, onOnnx, secondsOf, type Seconds } from "./native.js";
import { pythonEnvironment, pythonOf } from "./python.js";
import { registerLoop } from "./register-loop.js";
import type { BenchOptions, BenchRow } from "./rows.js";

const SIZE = 1536;

interface Timing {
  /** Best wall-clock seconds. */
  readonly seconds: number;
  /** Processor seconds of all threads in the best run, beside its wall-clock seconds. */
  readonly processors: number;
}

function best(runs: number, job: () => void): Timing {
  let result: Timing = { seconds: Infinity, processors: 0 };
  for (let i = 0; i < runs; i++) {
    const { user, system } = process.cpuUsage();
    const start = performance.now();
    job();
    const seconds = (performance.now() - start) / 1e3;
    const after = process.cpuUsage();
    const used = (after.user + after.system - user - system) / 1e6;
    if (seconds < result.seconds) result = { seconds, processors: used / seconds };
  }
  return result;
}

function normal(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

interface NumpyTimes {
  readonly product: number;
  /** Processor seconds of a product. */
  readonly processor: number;
  readonly eigen: Readonly<Record<string, number>>;
  readonly numpy: string;
}

/** NumPy's times; `undefined` where there is no Python with NumPy. OpenBLAS finds the processor by itself. */
function numpy(python: string, threads: number, sizes: readonly number[]): NumpyTimes | undefined {
  const env: NodeJS.ProcessEnv = {
    ...pythonEnvironment(),
    OPENBLAS_NUM_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
  };
  const script = fileURLToPath(new URL("numpy-math.py", import.meta.url));
  const { status, stdout } = spawnSync(python, [script, JSON.stringify(sizes)], { env });
  return status === 0 ? (JSON.parse(stdout.toString()) as NumpyTimes) : undefined;
}

const PRODUCT = `Product, ${SIZE} × ${SIZE} × ${SIZE}, single precision`;
const DECOMPOSITION = "Symmetric eigen-decomposition, all values and vectors";

/** What the kernel can be asked for. */
export const kernels: readonly KernelOptions[] = [
  {},
  { fma: true },
  { wide: true },
  { wide: true, fma: true },
];

export function nameOf({ fma, wide }: KernelOptions): string {
  return `embedtune${wide ? ", wide" : ""}${fma ? ", fma" : ""}`;
}

/** Whether the platform gave what the kernel was asked for. */
export function hasKernel({ fma = false, wide = false }: KernelOptions): boolean {
  const status = kernelStatus();
  return status.fma === fma && status.wide === wide;
}

/** The kernel's rate on one thread and on all, with and without fused multiply-add, beside ml-matrix. */
export function products(): BenchRow[] {
  const table = PRODUCT;
  const [a, b] = [normal(SIZE, SIZE, "a"), normal(SIZE, SIZE, "b")];
  const row = (engine: string, threads: number, { seconds, processors }: Timing): BenchRow => ({
    ...{ table, engine, threads, "GFLOP/s": (2 * SIZE ** 3) / seconds / 1e9 },
    ...{
      "processors got": processors,
      "GFLOP per processor second": (2 * SIZE ** 3) / seconds / processors / 1e9,
    },
  });
  const rows: BenchRow[] = [];
  for (const options of kernels) {
    const name = nameOf(options);
    for (const threads of new Set([1, availableParallelism()])) {
      setKernel({ threads, ...options });
      if (!hasKernel(options)) continue;
      multiply(a, b); // compiles, starts the workers
      multiply(a, b);
      rows.push(
        row(
          name,
          threads,
          best(20, () => multiply(a, b)),
        ),
      );
      if (threads > 1) {
        const gram = best(10, () => multiply(a, a, { transposeA: true }));
        rows.push(row(`${name}: its own transpose`, threads, gram));
      }
    }
  }
  setKernel();
  const small = 512;
  const dense = DenseMatrix.from1DArray(small, small, normal(small, small, "a").data);
  const { seconds } = best(3, () => dense.mmul(dense));
  rows.push({
    ...{ table, engine: `ml-matrix (at ${small})`, threads: 1 },
    ...{ "GFLOP/s": (2 * small ** 3) / seconds / 1e9 },
  });
  return rows;
}

const ROUNDS = 5;

/**
 * The product beside what registers alone can do, turn and turn about: medians of five. Per second of the processor, too,
 * where others share the machine: loads, caches and copies are then all that is between the two.
 */
async function besideRegisters(python: string): Promise<BenchRow[]> {
  const [a, b] = [normal(SIZE, SIZE, "a"), normal(SIZE, SIZE, "b")];
  const rows: BenchRow[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    setKernel({ threads });
    for (let i = 0; i < 3; i++) multiply(a, b);
    const loop = await registerLoop(threads);
    const jobs = {
      product: () => Promise.resolve((multiply(a, b), 2 * SIZE ** 3)),
      registers: () => loop.run(),
    };
    const rates = { product: [], registers: [] } as Record<string, Rate[]>;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, job] of Object.entries(jobs)) rates[name].push(await rateOf(job));
    }
    await loop.close();
    const times = numpy(python, threads, []);
    const beside = times === undefined ? 0 : (2 * SIZE ** 3) / times.product / 1e9;
    const of = (name: string, rate: keyof Rate): number => median(rates[name].map((r) => r[rate]));
    rows.push({
      table: `Product, ${SIZE} × ${SIZE} × ${SIZE}, beside multiplications and additions on registers alone, GFLOP/s`,
      threads,
      ...{ product: of("product", "wall"), registers: of("registers", "wall") },
      share: of("product", "wall") / of("registers", "wall"),
      "product, per processor second": of("product", "processor"),
      "registers, per processor second": of("registers", "processor"),
      "share, per processor second": of("product", "processor") / of("registers", "processor"),
      ...(beside === 0 ? {} : { NumPy: beside, "share of NumPy": of("product", "wall") / beside }),
    });
  }
  setKernel();
  return rows;
}

/** The product of the native engine beside the kernel's and NumPy's, by turns: medians of five. */
async function native(python: string): Promise<BenchRow[]> {
  const [a, b] = [normal(SIZE, SIZE, "a"), normal(SIZE, SIZE, "b")];
  const rows: BenchRow[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    setKernel({ threads });
    const times = await onOnnx(threads, (engine) => {
      const job = (): unknown => multiply(a, b);
      for (let i = 0; i < 3; i++) withEngine(engine, job);
      const jobs: Record<string, () => Promise<Seconds>> = {
        "embedtune's kernel": () => secondsOf(job),
        "onnxruntime-node": () => secondsOf(() => withEngine(engine, job)),
      };
      const theirs = (): Promise<Seconds> => {
        const { product: wall, processor } = numpy(python, threads, [])!;
        return Promise.resolve({ wall, processor });
      };
      if (numpy(python, threads, []) !== undefined) jobs["NumPy"] = theirs;
      return byTurns(ROUNDS, jobs);
    });
    for (const [engine, { wall, processor }] of Object.entries(times ?? {})) {
      rows.push({
        table: `Product, ${SIZE} × ${SIZE} × ${SIZE}, on the native engine, GFLOP/s`,
        ...{ threads, engine, "by the clock": (2 * SIZE ** 3) / wall / 1e9 },
        "per processor second": (2 * SIZE ** 3) / processor / 1e9,
        ...(times?.["NumPy"] === undefined ? {} : { "share of NumPy": times["NumPy"].wall / wall }),
      });
    }
  }
  setKernel();
  return rows;
}

/** In GFLOP/s, by the clock and by processor time. */
interface Rate {
  readonly wall: number;
  readonly processor: number;
}

async function rateOf(job: () => Promise<number>): Promise<Rate> {
  const before = process.cpuUsage();
  const start = performance.now();
  const flops = await job();
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return { wall: flops / seconds / 1e9, processor: flops / (user + system) / 1e3 };
}

/** Largest error of A · v = λ · v over a sample of columns, beside the largest λ. */
function residual(a: Matrix, values: Float64Array, vectors: Matrix): number {
  const product = multiply(a, vectors);
  let largest = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < vectors.cols; j++) {
      const at = i * vectors.cols + j;
      largest = Math.max(largest, Math.abs(product.data[at] - values[j] * vectors.data[at]));
    }
  }
  return largest / values[0];
}

function orthogonality(vectors: Matrix): number {
  const gram = multiply(vectors, vectors, { transposeA: true });
  let largest = 0;
  for (let i = 0; i < gram.rows; i++) {
    for (let j = 0; j < gram.cols; j++) {
      const error = gram.data[i * gram.cols + j] - (i === j ? 1 : 0);
      largest = Math.max(largest, Math.abs(error));
    }
  }
  return largest;
}

function eigen(sizes: readonly number[]): BenchRow[] {
  const table = DECOMPOSITION;
  const rows: BenchRow[] = [];
  for (const n of sizes) {
    const { covariance: matrix } = covariance(normal(2 * n, n, "rows"));
    symmetricEigen(covariance(normal(200, 100, "warm")).covariance);
    for (const count of [n, n >> 3]) {
      let result = symmetricEigen(createMatrix(0, 0));
      const { seconds, processors } = best(n > 2000 ? 1 : 2, () => {
        result = symmetricEigen(matrix, { count });
      });
      rows.push({
        ...{ table, engine: `embedtune${count < n ? `, leading ${count}` : ""}`, size: n, seconds },
        "processors got": processors,
        residual: residual(matrix, result.values, result.vectors),
        orthogonality: orthogonality(result.vectors),
      });
    }
    if (n > 512) continue;
    const dense = DenseMatrix.from1DArray(n, n, matrix.data);
    const decompose = (): unknown => new EigenvalueDecomposition(dense, { assumeSymmetric: true });
    rows.push({ table, engine: "ml-matrix", size: n, seconds: best(1, decompose).seconds });
  }
  return rows;
}

function nearest(): BenchRow[] {
  const [queries, passages, dimensions, k] = [1000, 20_000, 1536, 10];
  const q = normalizeRows(normal(queries, dimensions, "q"));
  const p = normalizeRows(normal(passages, dimensions, "p"));
  const { seconds, processors } = best(3, () => topK(q, p, k));
  return [
    {
      table: `Exact top ${k} of every query, ${dimensions} dimensions`,
      ...{ queries, passages, seconds, "processors got": processors },
      "million scores/s": (queries * passages) / seconds / 1e6,
      "GFLOP/s": (2 * queries * passages * dimensions) / seconds / 1e9,
    },
  ];
}

/** The same product and decompositions of the given sizes in NumPy; no rows where there is none. */
export function numpyRows(python: string, sizes: readonly number[]): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    const times = numpy(python, threads, sizes);
    if (times === undefined) continue;
    const engine = `NumPy ${times.numpy}`;
    rows.push({
      ...{ table: PRODUCT, engine, threads, "GFLOP/s": (2 * SIZE ** 3) / times.product / 1e9 },
    });
    for (const size of sizes) {
      const name = `${engine}, ${threads} thread${threads > 1 ? "s" : ""}`;
      rows.push({ table: DECOMPOSITION, engine: name, size, seconds: times.eigen[size] });
    }
  }
  return rows;
}

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const python = pythonOf(options);
  const sizes = options.has("large") ? [512, 1536, 3072] : [512, 1536];
  const jobs = {
    products,
    registers: () => besideRegisters(python),
    native: () => native(python),
    eigen: () => eigen(sizes),
    nearest,
    numpy: () => numpyRows(python, sizes),
  };
  const parts = (options.get("only") ?? Object.keys(jobs).join(",")).split(",");
  const rows: BenchRow[] = [];
  for (const [name, job] of Object.entries(jobs)) {
    if (parts.includes(name)) rows.push(...(await job()));
  }
  return rows;
}
