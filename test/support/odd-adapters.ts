import type { Adapter, Matrix } from "embedtune";
import { createMatrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";

/** Values between -1/2 and 1/2 times a scale. */
export function uniformMatrix(rows: number, cols: number, seed: string, scale = 1): Matrix {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: rows * cols }, () => scale * (random.next() - 0.5));
  return createMatrix(rows, cols, data);
}

interface Shape {
  readonly d: number;
  readonly k?: number;
  readonly rank?: number;
  readonly centered?: boolean;
  /** Of the weights. */
  readonly scale?: number;
}

function oddAdapter(name: string, { d, k = d, rank, centered = false, scale }: Shape): Adapter {
  const center = centered ? uniformMatrix(1, d, `${name}/center`, 1 / Math.sqrt(d)).data : null;
  const map =
    rank === undefined
      ? { weights: uniformMatrix(d, k, `${name}/weights`, scale) }
      : {
          weights: null,
          lowRank: {
            left: uniformMatrix(d, rank, `${name}/left`),
            right: uniformMatrix(rank, d, `${name}/right`),
          },
        };
  return {
    inputDimensions: d,
    outputDimensions: k,
    query: { center, ...map },
    passage: { center: null, ...map },
    metadata: { embedder: "test/ödd", method: name },
  };
}

const unchanged = { center: null, weights: null };

/** Adapters of every form that a file must hold, by what is odd about them. */
export const oddAdapters: readonly Adapter[] = [
  oddAdapter("one dimension", { d: 1 }),
  oddAdapter("to fewer dimensions", { d: 9, k: 4, centered: true }),
  oddAdapter("to more dimensions", { d: 3, k: 10, centered: true }),
  oddAdapter("to one dimension", { d: 5, k: 1, centered: true }),
  oddAdapter("low rank", { d: 40, rank: 3, centered: true }),
  oddAdapter("rank 0", { d: 4, rank: 0 }),
  oddAdapter("wide", { d: 4096, rank: 2, centered: true }),
  oddAdapter("wide and dense", { d: 768, k: 512, centered: true }),
  oddAdapter("weights of almost nothing", { d: 6, scale: 1e-30, centered: true }),
  { ...oddAdapter("center alone", { d: 6, centered: true }), passage: unchanged },
  { ...oddAdapter("identity", { d: 6 }), query: unchanged, passage: unchanged },
].map((adapter) =>
  adapter.metadata.method === "center alone"
    ? { ...adapter, query: { ...adapter.query, weights: null } }
    : adapter,
);
