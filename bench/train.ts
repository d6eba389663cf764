/**
 * `npm run bench -- train`: the rate of the products that training consists of; the notebook's full run at its own size
 * against PyTorch, on the built-in kernel and, where it is installed, on onnxruntime-node; its cost by the number of
 * pairs; RCA against NumPy, and `fitAdapter` from end to end, by closed forms alone and with training; a step of InfoNCE
 * beside the products in it at the kernel's rate.
 *
 *   --pairs 11034 --queries 3782 --dimensions 1536 --epochs 20   the size of the notebook's run
 *   --python python3      an interpreter that has NumPy and torch
 *   --only notebook       some of products, notebook, pairs, point, closed, step (commas between several)
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeNpy,
  fitAdapter,
  fitRca,
  trainMatrix,
  type Matrix,
  type TrainingData,
  type TrainingPairs,
} from "embedtune";
import { kernelStatus, setKernel, withEngine, type ProductEngine } from "embedtune/math";
import { notebookPreset } from "embedtune/train";
import { hasKernel, kernels, nameOf, numpyRows, products } from "./math.js";
import { byTurns, onOnnx, secondsOf, type Seconds } from "./native.js";
import { pythonEnvironment, pythonOf } from "./python.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";
import { makePairs, type Size } from "./train/made-pairs.js";
import { infoNceStep } from "./train/step.js";

function makeData(size: Size): TrainingData {
  const part = (share: number): Size => ({
    ...size,
    pairs: Math.ceil(size.pairs * share),
    queries: Math.ceil(size.queries * share),
  });
  return {
    ...makePairs(size, "bench/train"),
    // The notebook's large set: 4,947 test pairs beside 11,034.
    validation: makePairs(part(4947 / 11034), "bench/validation"),
  };
}

const megabytes = (): number => process.resourceUsage().maxRSS / 1024;

async function timed<T>(job: () => T | Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  const result = await job();
  return [result, (performance.now() - started) / 1000];
}

async function notebookRow(
  name: string,
  data: TrainingData,
  epochs: number,
  engine?: ProductEngine,
): Promise<BenchRow> {
  const [{ history }, seconds] = await timed(() =>
    trainMatrix(data, { ...notebookPreset, epochs, engine }),
  );
  return {
    table: tableOf(data, epochs),
    engine: name,
    seconds,
    "train loss": history.at(-1)?.trainLoss ?? NaN,
    "best validation accuracy": Math.max(...history.map((e) => e.validationAccuracy ?? 0)),
    "peak MB": Math.round(megabytes()),
  };
}

/** One epoch that nobody times, so that code is compiled, threads are started and sessions are made. */
async function warmUp(data: TrainingData, engine?: ProductEngine): Promise<void> {
  await trainMatrix(data, { ...notebookPreset, epochs: 1, engine });
}

function tableOf({ queries, pairs }: TrainingData, epochs: number): string {
  const d = queries.cols;
  return `the notebook's run: ${pairs.label.length} pairs, ${queries.rows} queries, ${d} to ${Math.round((2 * d) / 3)}, ${epochs} epochs`;
}

/** What a Python script beside this file prints of the data; `undefined` where Python lacks the module it needs. */
function inPython(
  python: string,
  module: string,
  script: string,
  data: TrainingData,
  args: readonly (string | number)[],
): Record<string, number> | undefined {
  const env = pythonEnvironment();
  try {
    execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore", env });
  } catch {
    console.log(`${python} has no ${module}: nothing to compare with`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "embedtune-bench-"));
  try {
    writeSide(folder, "train", data);
    if (data.validation) writeSide(folder, "validation", data.validation);
    const path = new URL(script, import.meta.url).pathname;
    const output = execFileSync(python, [path, folder, ...args.map(String)], { env });
    return JSON.parse(output.toString()) as Record<string, number>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same run in PyTorch; no row where there is none. */
function torchRows(data: TrainingData, epochs: number, python: string): BenchRow[] {
  const threads = availableParallelism();
  const torch = inPython(python, "torch", "torch-notebook.py", data, [epochs, threads]);
  if (torch === undefined) return [];
  return [
    {
      table: tableOf(data, epochs),
      engine: `PyTorch ${torch["version"]}, ${threads} threads`,
      seconds: torch["seconds"],
      "train loss": torch["trainLoss"],
      "best validation accuracy": torch["accuracy"],
      "peak MB": Math.round(torch["memory"]),
    },
  ];
}

function writeSide(
  folder: string,
  side: string,
  { queries, passages, pairs }: TrainingPairs,
): void {
  const write = (name: string, matrix: Matrix): void => {
    writeFileSync(join(folder, `${side}-${name}.npy`), encodeNpy(matrix));
  };
  write("queries", queries);
  write("passages", passages);
  const rows = new Uint32Array(3 * pairs.label.length);
  for (const [i, label] of pairs.label.entries()) {
    rows.set([pairs.query[i], pairs.passage[i], label], 3 * i);
  }
  writeFileSync(join(folder, `${side}-pairs.u32`), rows);
}

async function notebook(size: Size, epochs: number, python: string): Promise<BenchRow[]> {
  const data = makeData(size);
  const rows: BenchRow[] = [];
  for (const options of kernels) {
    setKernel(options);
    if (!hasKernel(options)) continue;
    await warmUp(data);
    const name = `${nameOf(options)}, ${kernelStatus().threads} threads`;
    rows.push(await notebookRow(name, data, epochs));
  }
  setKernel();
  await onOnnx(availableParallelism(), async (engine) => {
    await warmUp(data, engine);
    rows.push(await notebookRow(`embedtune on ${engine.id}`, data, epochs, engine));
  });
  return [...rows, ...torchRows(data, epochs, python)];
}

async function byPairs(size: Size): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const share of [1 / 8, 1 / 4, 1 / 2, 1]) {
    const pairs = Math.round(size.pairs * share);
    const queries = Math.round(size.queries * share);
    const data = makePairs({ ...size, pairs, queries }, "bench/pairs");
    const [, seconds] = await timed(() => trainMatrix(data, { ...notebookPreset, epochs: 1 }));
    rows.push({
      table: "one epoch of the notebook's run by pairs",
      pairs,
      seconds,
      "ms per pair": (1000 * seconds) / pairs,
    });
  }
  return rows;
}

const point = { lambda: 0.3, power: 0.5 };

/** RCA on the kernel and on the native engine, by turns: medians of five. */
async function onePoint(data: TrainingPairs): Promise<Record<string, Seconds>> {
  const job = (): unknown => fitRca(data, point);
  const kernel = { "": () => secondsOf(job) };
  const both = await onOnnx(availableParallelism(), (engine) =>
    byTurns(5, {
      ...kernel,
      [`, on ${engine.id}`]: () => secondsOf(() => withEngine(engine, job)),
    }),
  );
  return both ?? byTurns(5, kernel);
}

/** RCA at the size asked for and at twice the dimensions, against NumPy. */
async function points(size: Size, python: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const { lambda, power } = point;
  for (const dimensions of [size.dimensions, 2 * size.dimensions]) {
    const data = makePairs({ ...size, dimensions }, "bench/closed");
    const table = `one point of RCA: ${size.pairs} pairs, ${size.queries} queries`;
    const numpy = inPython(python, "numpy", "numpy-rca.py", data, [lambda, power]);
    if (numpy !== undefined) {
      const fit = `NumPy ${numpy["version"]}, RCA, one point`;
      const { seconds, processor } = numpy;
      rows.push({ table, fit, dimensions, seconds, "processor seconds": processor, "peak MB": "" });
    }
    for (const [name, { wall, processor }] of Object.entries(await onePoint(data))) {
      rows.push({
        ...{ table, fit: `fitRca, one point${name}`, dimensions, seconds: wall },
        ...{ "processor seconds": processor, "peak MB": Math.round(megabytes()) },
      });
    }
  }
  return rows;
}

const closedForms: readonly {
  readonly fit: string;
  readonly job: (data: TrainingPairs) => unknown;
}[] = [
  {
    fit: "fitAdapter, closed forms alone",
    job: (data) => fitAdapter(data, { candidates: ["rca", "corpus-prior", "ridge"] }),
  },
  { fit: "fitAdapter, with training", job: (data) => fitAdapter(data) },
  {
    fit: "fitAdapter, with training, on onnxruntime-node",
    job: (data) => onOnnx(availableParallelism(), (engine) => fitAdapter(data, { engine })),
  },
];

async function closedForm(size: Size): Promise<BenchRow[]> {
  const { dimensions } = size;
  const data = makePairs(size, "bench/closed");
  const table = `the one call: ${size.pairs} pairs, ${size.queries} queries`;
  const rows: BenchRow[] = [];
  for (const { fit, job } of closedForms) {
    let made: unknown;
    const { wall, processor } = await secondsOf(async () => (made = await job(data)));
    if (made === undefined) continue; // no engine
    rows.push({
      ...{ table, fit, dimensions, seconds: wall, "processor seconds": processor },
      "peak MB": Math.round(megabytes()),
    });
  }
  return rows;
}

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const size = {
    pairs: countOption(options, "pairs", 11034),
    queries: countOption(options, "queries", 3782),
    dimensions: countOption(options, "dimensions", 1536),
  };
  const parts = (options.get("only") ?? "products,notebook,pairs,point,closed,step").split(",");
  const python = pythonOf(options);
  const rows: BenchRow[] = [];
  if (parts.includes("products")) rows.push(...products(), ...numpyRows(python, []));
  // A short run first, so that nobody is timed while compiling and starting threads.
  const small = makePairs({ ...size, pairs: 600, queries: 200 }, "warm-up");
  await trainMatrix(small, { ...notebookPreset, epochs: 2 });
  if (parts.includes("notebook")) {
    rows.push(...(await notebook(size, countOption(options, "epochs", 20), python)));
  }
  if (parts.includes("pairs")) rows.push(...(await byPairs(size)));
  if (parts.includes("point")) rows.push(...(await points(size, python)));
  if (parts.includes("closed")) rows.push(...(await closedForm(size)));
  if (parts.includes("step")) rows.push(...(await infoNceStep()));
  return rows;
}
