import { checkChoice, checkInteger } from "../../base/checks.js";
import { missingPeer } from "../../base/missing-peer.js";
import type { Matrix } from "../../math/matrix.js";

/** How a graph of usearch's is built and walked. */
export interface UsearchGraphOptions {
  /** Links of each vector in the graph: more find more, for more memory. @default 16 */
  readonly connectivity?: number | undefined;
  /** Vectors looked at when one is added. @default 128 */
  readonly expansionAdd?: number | undefined;
  /** Vectors looked at in a search; no search looks at fewer than it is asked for. @default 128 */
  readonly expansionSearch?: number | undefined;
  /** How the index keeps values. Halves and bytes save memory and blur scores. @default "f32" */
  readonly quantization?: "f32" | "f16" | "bf16" | "i8" | undefined;
  /** 0 for as many as there are cores. With more than one, two runs may link vectors differently. @default 1 */
  readonly threads?: number | undefined;
}

/** What a search found, per query: rows as they were added, nearest first. */
export interface NearRows {
  readonly rows: readonly number[];
  readonly cosines: readonly number[];
}

/** A graph over rows that are numbered as they come. */
export interface UsearchRows {
  readonly count: number;
  add(vectors: Matrix): void;
  search(queries: Matrix, k: number): NearRows[];
}

/**
 * An empty graph (HNSW, Malkov and Yashunin 2018).
 *
 * @param caller The public function that was called, for errors.
 * @throws RangeError when an option is out of range; Error naming the package where usearch is not installed.
 */
export async function createUsearchRows(
  dimensions: number,
  {
    connectivity = 16,
    expansionAdd = 128,
    expansionSearch = 128,
    quantization = "f32",
    threads = 1,
  }: UsearchGraphOptions,
  caller: string,
): Promise<UsearchRows> {
  checkInteger(connectivity, `${caller}: connectivity`, { least: 1 });
  checkInteger(expansionAdd, `${caller}: expansionAdd`, { least: 1 });
  checkInteger(expansionSearch, `${caller}: expansionSearch`, { least: 1 });
  checkInteger(threads, `${caller}: threads`, { least: 0 });
  checkChoice(quantization, `${caller}: quantization`, ["f32", "f16", "bf16", "i8"]);
  const { BatchMatches, Index, MetricKind, ScalarKind } = await import("usearch").catch(
    missingPeer(caller, "usearch@2.25"),
  );
  const index = new Index({
    dimensions,
    metric: MetricKind.Cos,
    quantization: ScalarKind[scalarKinds[quantization]],
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
  let count = 0;
  return {
    get count() {
      return count;
    },
    add({ rows, data }) {
      const keys = BigUint64Array.from({ length: rows }, (_, i) => BigInt(count + i));
      index.add(keys, data, threads);
      count += rows;
    },
    search(queries, k) {
      const wanted = Math.min(k, count);
      if (queries.rows === 0 || wanted === 0) {
        return Array.from({ length: queries.rows }, () => ({ rows: [], cosines: [] }));
      }
      const found = index.search(queries.data, wanted, threads);
      // usearch answers one query in another form than several.
      const counts: ArrayLike<number | bigint> =
        found instanceof BatchMatches ? found.counts : [found.keys.length];
      return Array.from({ length: queries.rows }, (_, i) => {
        const places = Array.from({ length: Number(counts[i]) }, (__, j) => i * wanted + j);
        return {
          rows: places.map((at) => Number(found.keys[at])),
          cosines: places.map((at) => 1 - found.distances[at]),
        };
      });
    },
  };
}

const scalarKinds = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  i8: "I8",
} as const;
