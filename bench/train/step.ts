import { availableParallelism } from "node:os";
import { trainMatrix } from "embedtune";
import { multiply, setKernel } from "embedtune/math";
import { median } from "../native.js";
import type { BenchRow } from "../rows.js";
import { makePairs } from "./made-pairs.js";

/** Intents: a batch of questions against all passages, both sides trained. */
const stepSize = { queries: 256, passages: 148, dimensions: 384, stepsPerEpoch: 20, epochs: 15 };

/** Floating-point operations of the products of a step: forward and backward of both sides, and the cosines' own three. */
function stepFlops({ queries: q, passages: p, dimensions: d }: typeof stepSize): number {
  return 2 * (2 * (q + p) * d * d + 3 * q * p * d);
}

/** GFLOP/s of a product of 1,536³, the best of several. */
function productRate(): number {
  const matrix = makePairs({ pairs: 3, queries: 1536, dimensions: 1536 }, "rate").queries;
  let best = Infinity;
  for (let i = 0; i < 12; i++) {
    const started = performance.now();
    multiply(matrix, matrix);
    best = Math.min(best, performance.now() - started);
  }
  return (2 * 1536 ** 3) / best / 1e6;
}

/** A step of InfoNCE with Adam; the median over epochs, and what its products alone take at the rate of the same run. */
export async function infoNceStep(): Promise<BenchRow[]> {
  const { queries, passages, dimensions, stepsPerEpoch, epochs } = stepSize;
  const count = queries * stepsPerEpoch;
  const made = makePairs({ pairs: 3 * count, queries: count, dimensions }, "bench/step");
  const query = Uint32Array.from({ length: count }, (_, i) => i);
  const data = {
    queries: made.queries,
    passages: {
      ...made.passages,
      rows: passages,
      data: made.passages.data.slice(0, passages * dimensions),
    },
    pairs: { query, passage: query.map((q) => q % passages), label: new Uint8Array(count).fill(1) },
  };
  const rows: BenchRow[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    setKernel({ threads });
    const wall: number[] = [];
    const used: number[] = [];
    const rates: number[] = [productRate()];
    let [at, cpu] = [performance.now(), process.cpuUsage()];
    await trainMatrix(data, {
      ...{ sides: "separate", start: "identity", batchPassages: "all", batchSize: queries, epochs },
      onEpoch() {
        const { user, system } = process.cpuUsage(cpu);
        wall.push((performance.now() - at) / stepsPerEpoch);
        used.push((user + system) / 1000 / stepsPerEpoch);
        if (wall.length % 5 === 0) rates.push(productRate());
        [at, cpu] = [performance.now(), process.cpuUsage()];
      },
    });
    const rate = Math.max(...rates);
    rows.push({
      table: `a step of InfoNCE with Adam, both sides: ${queries} × ${dimensions} against ${passages}`,
      threads,
      "ms (median)": median(wall),
      "ms (best)": Math.min(...wall),
      "processor ms (best)": Math.min(...used),
      "GFLOP/s at 1536³": rate,
      "ms of its products at this rate": stepFlops(stepSize) / rate / 1e6,
    });
  }
  setKernel();
  return rows;
}
