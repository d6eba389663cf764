import { createRandom, type TrainingPairs } from "embedtune";
import { createMatrix } from "embedtune/math";

/**
 * Query i and passage i share a topic; both carry strong noise in the first few directions, which an adapter can learn
 * to ignore. With `nuisance: 0` there is nothing to learn. Queries are moved by `shift`, passages the other way.
 */
export function topics(
  n: number,
  d: number,
  { nuisance = 4, shift = 0, seed = 1 }: { nuisance?: number; shift?: number; seed?: number } = {},
): TrainingPairs {
  const random = createRandom(seed);
  const queries = createMatrix(n, d);
  const passages = createMatrix(n, d);
  for (let at = 0; at < n * d; at++) {
    const topic = random.normal();
    const noise = at % d < nuisance ? 4 : 0.7;
    queries.data[at] = topic + noise * random.normal() + shift;
    passages.data[at] = topic + noise * random.normal() - shift;
  }
  const rows = Uint32Array.from({ length: n }, (_, i) => i);
  return {
    queries,
    passages,
    pairs: { query: rows, passage: rows, label: new Uint8Array(n).fill(1) },
  };
}
