import {
  applyAdapter,
  createHashingEmbedder,
  createRandom,
  fromRows,
  identityAdapter,
  type Adapter,
  type Matrix,
} from "embedtune";
import { rowOf } from "embedtune/math";

const random = createRandom("adapted");

/** A map that is no identity. */
export const square = (dimensions = 16): Adapter["query"] => ({
  center: null,
  weights: fromRows(
    Array.from({ length: dimensions }, () =>
      Array.from({ length: dimensions }, () => random.normal()),
    ),
  ),
});

/** Other maps for queries and for passages. */
export const adapterOf = (embedder: string | null, dimensions = 16): Adapter => ({
  ...identityAdapter(dimensions, embedder),
  query: square(dimensions),
  passage: square(dimensions),
  metadata: {
    ...{ embedder, method: "test", side: "both" },
    ...{ verdict: "use it", sentence: "use it: as was judged." },
  },
});

export const embedder = createHashingEmbedder({ dimensions: 16 });
export const adapter = adapterOf(embedder.id);
export const texts = ["reset my password", "cancel the plan", "change an address"];

export const listOf = (matrix: Matrix): number[][] =>
  Array.from({ length: matrix.rows }, (_, i) => Array.from(rowOf(matrix, i)));

/** What the hashing embedder's vectors are after the adapter. */
export async function expected(
  side: "query" | "passage",
  of: readonly string[] = texts,
): Promise<number[][]> {
  return listOf(applyAdapter(adapter, await embedder.embed(of), { side }));
}
