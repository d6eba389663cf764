import { createRandom, type TrainingPairs } from "embedtune";
import { createMatrix, normalizeRows } from "embedtune/math";

export interface Size {
  readonly pairs: number;
  readonly queries: number;
  readonly dimensions: number;
}

/**
 * Seeded pairs with something to learn: a query is its passage plus noise, more noise in the second half of the
 * dimensions; of three pairs one is a match, as in the notebook's set of hard negatives.
 */
export function makePairs({ pairs, queries, dimensions }: Size, seed: string): TrainingPairs {
  const random = createRandom(seed);
  const wide = createMatrix(queries, dimensions);
  const passages = createMatrix(Math.max(queries, Math.ceil((2 * pairs) / 3)), dimensions);
  for (let i = 0; i < passages.data.length; i++) passages.data[i] = random.next() - 0.5;
  for (let i = 0, at = 0; i < queries; i++) {
    for (let j = 0; j < dimensions; j++, at++) {
      const noise = j < dimensions / 2 ? 1 : 4;
      wide.data[at] = passages.data[at] + noise * (random.next() - 0.5);
    }
  }
  const query = Uint32Array.from({ length: pairs }, (_, i) => Math.floor(i / 3) % queries);
  const label = Uint8Array.from({ length: pairs }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const passage = query.map((q, i) =>
    label[i] === 1 ? q : (q + 1 + random.integer(passages.rows - 1)) % passages.rows,
  );
  return {
    queries: normalizeRows(wide),
    passages: normalizeRows(passages),
    pairs: { query, passage, label },
  };
}
