/**
 * `npm run bench -- tsne`: t-SNE beside scikit-learn's Barnes–Hut t-SNE on one thread, under the same settings, where Python has
 * it: the seconds of both (by the clock, and of the processor, since others may share the machine), the exact divergence and the
 * trustworthiness of both pictures by the same functions. The rows are made up: clusters in 50 dimensions. Then how far points
 * lie from where they were when the vectors are changed a little, with and without a start from the first picture.
 *
 *   --rows 5000
 *   --dimensions 50
 *   --clusters 20
 *   --iterations 1000
 *   --python python3      an interpreter that has scikit-learn
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom, type Matrix } from "embedtune";
import { createMatrix, setKernel } from "embedtune/math";
import { alignPoints, klDivergence, trustworthiness, tsne } from "embedtune/project";
import { pythonEnvironment, pythonOf } from "./python.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

/** Of a picture, that trustworthiness asks about. */
const NEIGHBORS = 12;

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const rows = countOption(options, "rows", 5000);
  const dimensions = countOption(options, "dimensions", 50);
  const iterations = countOption(options, "iterations", 1000);
  const count = countOption(options, "clusters", 20);
  const vectors = clusters(rows, dimensions, count);
  const table = `t-SNE, ${rows} × ${dimensions} to 2, perplexity 30, theta 0.5, ${iterations} iterations, one thread`;
  setKernel({ threads: 1 });
  await tsne(clusters(300, dimensions, 3), { iterations: 50 }); // compiles
  const ours = await timed(vectors, iterations);
  const results = [
    {
      table,
      engine: "embedtune",
      ...ours.times,
      ...quality(vectors, ours.points, ours.divergence),
    },
  ];
  const theirs = scikitLearn(pythonOf(options), vectors, iterations);
  if (theirs !== undefined) {
    const { engine, times, points, divergence } = theirs;
    results.push({ table, engine, ...times, ...quality(vectors, points, divergence) });
  }
  return [...results, ...(await changed(clusters(Math.min(rows, 1000), dimensions, count)))];
}

/** Normal rows around normal centres, three times as far from the origin in each dimension. */
function clusters(rows: number, dimensions: number, count: number): Matrix {
  const random = createRandom("clusters");
  const centers = Array.from({ length: count * dimensions }, () => 3 * random.normal());
  const result = createMatrix(rows, dimensions);
  for (let i = 0; i < rows; i++) {
    const cluster = random.integer(count);
    for (let j = 0; j < dimensions; j++) {
      result.data[i * dimensions + j] = centers[cluster * dimensions + j] + random.normal();
    }
  }
  return result;
}

async function timed(vectors: Matrix, iterations: number) {
  const { user, system } = process.cpuUsage();
  const began = performance.now();
  const { points, divergence } = await tsne(vectors, { iterations });
  const seconds = (performance.now() - began) / 1e3;
  const after = process.cpuUsage();
  const processor = (after.user + after.system - user - system) / 1e6;
  return { points, divergence, times: { seconds, "processor seconds": processor } };
}

function quality(vectors: Matrix, points: Matrix, divergence: number) {
  return {
    "exact KL": klDivergence(vectors, points),
    "KL by its own account": divergence,
    [`trustworthiness (${NEIGHBORS})`]: trustworthiness(vectors, points, { neighbors: NEIGHBORS }),
  };
}

/** What scikit-learn makes of the same vectors; nothing where there is no Python with it. */
function scikitLearn(python: string, vectors: Matrix, iterations: number) {
  const folder = mkdtempSync(join(tmpdir(), "bench-tsne-"));
  try {
    const [from, to] = [join(folder, "vectors"), join(folder, "points")];
    writeFileSync(from, vectors.data);
    const script = fileURLToPath(new URL("sklearn-tsne.py", import.meta.url));
    const sizes = [vectors.rows, vectors.cols].map(String);
    const env = { ...pythonEnvironment(), OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
    const { status, stdout } = spawnSync(python, [script, from, ...sizes, to, String(iterations)], {
      env,
    });
    if (status !== 0) return undefined;
    const told = JSON.parse(stdout.toString()) as {
      readonly seconds: number;
      readonly processorSeconds: number;
      readonly divergence: number;
      readonly version: string;
    };
    const points = createMatrix(vectors.rows, 2);
    new Uint8Array(points.data.buffer).set(readFileSync(to));
    return {
      engine: `scikit-learn ${told.version}`,
      times: { seconds: told.seconds, "processor seconds": told.processorSeconds },
      points,
      divergence: told.divergence,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A second picture, of vectors that have moved a little, beside the first. */
async function changed(vectors: Matrix): Promise<BenchRow[]> {
  const random = createRandom("changed");
  const moved = vectors.data.map((value) => value + 0.2 * random.normal());
  const after = createMatrix(vectors.rows, vectors.cols, moved);
  const { points: first } = await tsne(vectors);
  const table = `${vectors.rows} of them again, changed by a fifth of a cluster's spread: from point to point, in spreads`;
  const results: BenchRow[] = [];
  for (const start of [undefined, first]) {
    const { points } = await tsne(after, { start });
    results.push({
      ...{ table, from: start === undefined ? "the components" : "the first picture" },
      ...{ distance: distance(points, first) },
      "distance when aligned": distance(alignPoints(points, first), first),
      "exact KL": klDivergence(after, points),
    });
  }
  return results;
}

/** Root of the mean squared distance from point to point, beside that of the target's points from their mean, the origin. */
function distance(points: Matrix, target: Matrix): number {
  let sum = 0;
  let spread = 0;
  for (let at = 0; at < points.data.length; at++) {
    sum += (points.data[at] - target.data[at]) ** 2;
    spread += target.data[at] ** 2;
  }
  return Math.sqrt(sum / spread);
}
