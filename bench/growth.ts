/**
 * `npm run bench -- growth [--svg docs/pictures/growth.svg]`: how the time of a call grows with pairs, with passages and with
 * dimensions, each the best of three, on made-up vectors: seconds on the clock, and those of the processor on all threads, which
 * others on the machine change less. The slope is that of the processor's over the last doubling: 1 where twice as much takes twice
 * as long. With --svg the processor's seconds are drawn as well.
 */
import { writeFileSync } from "node:fs";
import { scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { createRandom, evaluateRetrieval, fitAdapter, fitRca, type Matrix } from "embedtune";
import { createMatrix, normalizeRows } from "embedtune/math";
import type { BenchOptions, BenchRow } from "./rows.js";

const RUNS = 3;

/** What grows, the call whose time is taken, and what stays. */
interface Series {
  readonly name: string;
  readonly grows: "pairs" | "passages" | "dimensions";
  readonly sizes: readonly number[];
  readonly prepare: (size: number) => () => unknown;
}

function unitRows(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return normalizeRows(matrix);
}

/** Each query lies around its passage. */
function labelled(pairs: number, dimensions: number): Parameters<typeof fitRca>[0] {
  const passages = unitRows(pairs, dimensions, "passages");
  const noise = unitRows(pairs, dimensions, "noise");
  const queries = createMatrix(pairs, dimensions);
  for (let i = 0; i < queries.data.length; i++) {
    queries.data[i] = passages.data[i] + 1.5 * noise.data[i];
  }
  const column = Uint32Array.from({ length: pairs }, (_, i) => i);
  const label = new Uint8Array(pairs).fill(1);
  return { queries, passages, pairs: { query: column, passage: column, label } };
}

const series: readonly Series[] = [
  {
    ...{ name: "fitAdapter, 384 dimensions", grows: "pairs", sizes: [250, 500, 1000, 2000] },
    prepare: (size) => {
      const data = labelled(size, 384);
      return () => fitAdapter(data, { candidates: ["rca", "ridge"] });
    },
  },
  {
    ...{ name: "fitRca, 384 dimensions", grows: "pairs", sizes: [1000, 2000, 4000, 8000, 16_000] },
    prepare: (size) => {
      const data = labelled(size, 384);
      return () => fitRca(data);
    },
  },
  {
    ...{ name: "evaluateRetrieval, 1,000 questions, 384 dimensions", grows: "passages" },
    sizes: [1000, 2000, 4000, 8000, 16_000, 32_000],
    prepare: (size) => {
      const [queries, corpus] = [unitRows(1000, 384, "q"), unitRows(size, 384, "c")];
      const relevant = Array.from({ length: 1000 }, (_, i) => [i % size]);
      return () => evaluateRetrieval(queries, corpus, relevant);
    },
  },
  {
    ...{ name: "fitRca, 2,000 pairs", grows: "dimensions", sizes: [96, 192, 384, 768, 1536] },
    prepare: (size) => {
      const data = labelled(2000, size);
      return () => fitRca(data);
    },
  },
  {
    ...{ name: "evaluateRetrieval, 1,000 × 8,000", grows: "dimensions" },
    sizes: [96, 192, 384, 768, 1536],
    prepare: (size) => {
      const [queries, corpus] = [unitRows(1000, size, "q"), unitRows(8000, size, "c")];
      const relevant = Array.from({ length: 1000 }, (_, i) => [i]);
      return () => evaluateRetrieval(queries, corpus, relevant);
    },
  },
];

interface Cost {
  readonly wall: number;
  readonly processor: number;
}

async function best(job: () => unknown): Promise<Cost> {
  let [wall, processor] = [Infinity, Infinity];
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const before = process.cpuUsage();
    await job();
    const { user, system } = process.cpuUsage(before);
    wall = Math.min(wall, (performance.now() - started) / 1e3);
    processor = Math.min(processor, (user + system) / 1e6);
  }
  return { wall, processor };
}

interface Measured extends Series {
  readonly costs: readonly Cost[];
}

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const measured: Measured[] = [];
  for (const one of series) {
    const costs: Cost[] = [];
    for (const size of one.sizes) costs.push(await best(one.prepare(size)));
    measured.push({ ...one, costs });
  }
  const file = options.get("svg");
  if (file !== undefined) writeFileSync(file, draw(measured));
  return measured.flatMap(({ name, grows, sizes, costs }) =>
    sizes.map((size, i) => ({
      ...{ table: `Seconds by ${grows}`, call: name, [grows]: size },
      ...{ seconds: costs[i].wall, "processor seconds": costs[i].processor },
      slope: i === 0 ? "" : Math.log2(costs[i].processor / costs[i - 1].processor),
    })),
  );
}

const PANEL = { width: 300, height: 220, left: 46, top: 34, bottom: 62 };
const COLORS = ["#1f6feb", "#c2410c"];

/** A panel for each of what grows, both axes logarithmic: a straight line is a power, and its slope the exponent. */
function draw(measured: readonly Measured[]): string {
  const kinds = [...new Set(measured.map(({ grows }) => grows))];
  const height = PANEL.top + PANEL.height + PANEL.bottom;
  const width = kinds.length * (PANEL.left + PANEL.width) + 16;
  const panels = kinds.map((kind, i) =>
    drawPanel(
      measured.filter(({ grows }) => grows === kind),
      i * (PANEL.left + PANEL.width) + PANEL.left,
    ),
  );
  const label = `Processor seconds of a call by ${kinds.join(", by ")}, both axes logarithmic`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}" font-family="sans-serif" font-size="11" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function drawPanel(lines: readonly Measured[], left: number): string {
  const sizes = lines.flatMap((one) => one.sizes);
  const seconds = lines.flatMap((one) => secondsOf(one));
  const right = left + PANEL.width - 24;
  const bottom = PANEL.top + PANEL.height;
  const x = scaleLog()
    .domain([Math.min(...sizes), Math.max(...sizes)])
    .range([left, right]);
  const y = scaleLog()
    .domain([Math.min(...seconds) / 1.5, Math.max(...seconds) * 1.5])
    .range([bottom, PANEL.top]);
  const powers = y
    .ticks()
    .filter((value) => Number.isInteger(Number(Math.log10(value).toFixed(9))));
  const grid = powers.map(
    (value) =>
      `<path d="M${left} ${px(y(value))}H${right}" stroke="#ddd"/><text x="${left - 6}" y="${px(y(value) + 4)}" text-anchor="end">${value} s</text>`,
  );
  const ticks = [...new Set(sizes)].map(
    (size) =>
      `<text x="${px(x(size))}" y="${bottom + 16}" text-anchor="middle">${size.toLocaleString("en-US")}</text>`,
  );
  const curves = lines.map((one, i) => {
    const path = line<number>()
      .x((_, k) => x(one.sizes[k]))
      .y((value) => y(value))
      .digits(1)(secondsOf(one));
    const dots = secondsOf(one).map(
      (value, k) => `<circle cx="${px(x(one.sizes[k]))}" cy="${px(y(value))}" r="3"/>`,
    );
    const at = bottom + 34 + 15 * i;
    return [
      `<g fill="${COLORS[i]}"><path d="${path}" fill="none" stroke="${COLORS[i]}" stroke-width="2"/>${dots.join("")}`,
      `<circle cx="${left + 4}" cy="${at - 4}" r="4"/><text x="${left + 14}" y="${at}">${one.name}</text></g>`,
    ].join("");
  });
  const title = `<text x="${left}" y="20" font-size="13" font-weight="bold">by ${lines[0].grows}</text>`;
  return [title, ...grid, ...ticks, ...curves].join("\n");
}

const secondsOf = ({ costs }: Measured): number[] => costs.map(({ processor }) => processor);
const px = (value: number): string => value.toFixed(1);
