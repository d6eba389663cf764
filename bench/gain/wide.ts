import { createRandom } from "../../src/base/random.js";
import type { LabelledVectors } from "../../src/tune/claims/labelled-corpus.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { fitAdapter, type FitAdapterOptions } from "../../src/tune/fit-adapter.js";
import type { BenchRow } from "../rows.js";

/** The notebook's pairs: a third are labelled 1, each question with its own passage. */
const pairCount = 11_034;
const questionCount = 3782;
const dimensions = 1536;

/** The one call on as many and as wide vectors as a hosted embedder gives: seconds, processor seconds, memory. */
export async function wide(full: boolean): Promise<BenchRow[]> {
  const data = noisyQuestions();
  const rows = [
    await measure("closed forms", data, { candidates: ["rca", "corpus-prior", "ridge"] }),
  ];
  if (full) rows.push(await measure("with training", data, {}));
  return rows;
}

async function measure(
  tried: string,
  data: LabelledVectors,
  options: FitAdapterOptions,
): Promise<BenchRow> {
  const began = performance.now();
  const usage = process.cpuUsage();
  const { verdict, best, table } = await fitAdapter(data, options);
  const { user, system } = process.cpuUsage(usage);
  const seconds = (performance.now() - began) / 1000;
  const processors = (user + system) / 1e6 / seconds;
  return {
    table: `wide: ${pairCount} pairs × ${dimensions}, ${data.passages.rows} passages`,
    tried,
    seconds,
    "processors got": processors,
    "MB at most": Math.round(process.resourceUsage().maxRSS / 1024),
    candidates: table.length,
    verdict,
    best: best.method,
  };
}

/** Questions are their passages with noise, four times as wide in half of the dimensions: much for a fit to find. */
function noisyQuestions(): LabelledVectors {
  const random = createRandom("bench/wide");
  const uniform = (matrix: Matrix): Matrix => {
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.next() - 0.5;
    return matrix;
  };
  const passages = uniform(createMatrix(Math.ceil((2 * pairCount) / 3), dimensions));
  const queries = createMatrix(questionCount, dimensions);
  for (let i = 0, at = 0; i < questionCount; i++) {
    for (let j = 0; j < dimensions; j++, at++) {
      const noise = j < dimensions / 2 ? 1 : 4;
      queries.data[at] = passages.data[at] + noise * (random.next() - 0.5);
    }
  }
  const query = Uint32Array.from({ length: pairCount }, (_, i) => Math.floor(i / 3));
  const label = Uint8Array.from({ length: pairCount }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const passage = query.map((row, i) => {
    const wrong = (row * 7 + i * 13 + 1) % passages.rows;
    return label[i] === 1 ? row : wrong === row ? row + 1 : wrong;
  });
  return { queries, passages, pairs: { query, passage, label } };
}
