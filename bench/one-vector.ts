/**
 * `npm run bench -- one-vector`: one vector through an adapter, as an application maps each question: prepared (`prepareAdapter`),
 * by `applyAdapter`, and in NumPy on one thread. The limit is the time in which this machine only reads the map, by `memchr` of
 * the C library in the same run: whoever multiplies must read it too. What a call allocates is measured, the result itself apart.
 *
 *   --runs 400
 *   --python python3      an interpreter that has NumPy
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  applyAdapter,
  createRandom,
  identityAdapter,
  prepareAdapter,
  type Adapter,
  type Matrix,
} from "embedtune";
import { createMatrix } from "embedtune/math";
import { pythonEnvironment, pythonOf } from "./python.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

/** Dimensions and rank, 0 for a dense map. */
const cases = [
  ...([1536, 768, 384] as const).map((dimensions) => [dimensions, 0] as const),
  ...([128, 64, 32] as const).map((rank) => [1536, rank] as const),
  ...([64] as const).map((rank) => [384, rank] as const),
];

function normal(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

function adapterOf(dimensions: number, rank: number): Adapter {
  const identity = identityAdapter(dimensions);
  const map =
    rank === 0
      ? { weights: normal(dimensions, dimensions, "dense") }
      : {
          weights: null,
          lowRank: {
            left: normal(dimensions, rank, "left"),
            right: normal(rank, dimensions, "right"),
          },
        };
  return { ...identity, query: { center: null, ...map } };
}

interface Times {
  readonly best: number;
  readonly median: number;
}

/** Microseconds; sorts `times`. */
function summary(times: number[]): Times {
  times.sort((a, b) => a - b);
  return { best: times[0], median: times[times.length >> 1] };
}

/** Takes turns, so that what else the machine does falls on all alike. */
function measure<K extends string>(
  runs: number,
  works: Record<K, () => unknown>,
): Record<K, Times> {
  const names = Object.keys(works) as K[];
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let run = -5; run < runs; run++) {
    for (const name of names) {
      // Twice: an application's questions find the map where the last one left it, not behind another bench's.
      works[name]();
      const started = performance.now();
      works[name]();
      if (run >= 0) times.get(name)!.push(1e3 * (performance.now() - started));
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(times.get(name)!)])) as Record<
    K,
    Times
  >;
}

/** Bytes that a call takes of the heap and of memory beside it: the median of many, as collections come in between. */
function allocated(job: () => unknown): number {
  const used = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const taken = (work: () => unknown): number => {
    const bytes: number[] = [];
    for (let i = 0; i < 301; i++) {
      const before = used();
      work();
      bytes.push(used() - before);
    }
    return bytes.sort((a, b) => a - b)[150];
  };
  return taken(job) - taken(() => null); // Asking takes some, too.
}

function numpy(python: string, runs: number): { times: number[][]; numpy: string } | undefined {
  const env = { ...pythonEnvironment(), OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
  const script = fileURLToPath(new URL("numpy-vector.py", import.meta.url));
  const { status, stdout } = spawnSync(python, [script, String(runs), JSON.stringify(cases)], {
    env,
  });
  return status === 0
    ? (JSON.parse(stdout.toString()) as { times: number[][]; numpy: string })
    : undefined;
}

export function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const runs = countOption(options, "runs", 400);
  const rival = numpy(pythonOf(options), runs);
  const rows = cases.map(([dimensions, rank], i): BenchRow => {
    const adapter = adapterOf(dimensions, rank);
    const { query } = prepareAdapter(adapter);
    const vector = normal(1, dimensions, "vector").data;
    const floats = rank === 0 ? dimensions * dimensions : 2 * dimensions * rank;
    // No byte is 255: memchr looks at all of them.
    const map = Buffer.alloc(4 * floats, 1);
    const times = measure(runs, {
      prepared: () => query(vector),
      read: () => map.indexOf(255),
    });
    const plain = measure(Math.min(runs, 20), {
      apply: () => applyAdapter(adapter, vector, { side: "query" }),
    });
    const other = rival === undefined ? undefined : summary(rival.times[i]);
    const bytes = allocated(() => query(vector));
    const own = allocated(() => new Float32Array(dimensions));
    return {
      table: "One vector through an adapter, microseconds, one thread",
      map: `${dimensions}, ${rank === 0 ? "dense" : `rank ${rank}`}`,
      "MB of the map": (4 * floats) / 1e6,
      "prepared, best": times.prepared.best,
      "prepared, median": times.prepared.median,
      "applyAdapter, median": plain.apply.median,
      [`NumPy${rival === undefined ? "" : ` ${rival.numpy}`}, median`]: other?.median ?? "",
      "reading the map alone, best": times.read.best,
      "of the limit": times.read.best / times.prepared.best,
      "bytes a call": Math.round(bytes),
      "of them the result": Math.round(own),
    };
  });
  return Promise.resolve(rows);
}
