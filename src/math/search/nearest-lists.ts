import type { TopK } from "../top-k.js";
import { kthGreatest } from "./kth-greatest.js";

/** Entries beyond `k` that a list has room for: at least this many, or a quarter of `k`. */
const LEAST_ROOM = 64;
/** So many new entries make a look at a list worth while: its floor then rises. */
const NEW_ENTRIES = 16;

/** The `k` best of what comes by for each query, by products that may err; exact scores decide at the end. */
export interface NearestLists {
  /** A score below it is not among the `k` best of the query. */
  floor(query: number): number;
  /**
   * Takes a product with a row that was not there before.
   *
   * @param error How far the product can lie from the exact score, its rounding to single precision included.
   * @returns Whether the query's list asks for exact scores before the end that single precision would spare.
   */
  add(query: number, row: number, product: number, error: number): boolean;
  /** Raises the floors of the queries from `first` on, so that the next products may be passed by. */
  settle(first: number, count: number): void;
  /** Writes the lists of these queries to the result, by exact scores; equal ones by row, the lower first. */
  finish(first: number, count: number, result: TopK): void;
}

/**
 * @param exact Single-precision numbers.
 * @param bound How far a product in single precision can lie from the exact score, per query.
 */
export function createNearestLists(
  queries: number,
  k: number,
  exact: (query: number, row: number) => number,
  bound: Float64Array,
): NearestLists {
  const room = k + Math.max(LEAST_ROOM, k >> 2);
  const rows = new Int32Array(queries * room);
  const products = new Float32Array(queries * room);
  const shuffled = new Float32Array(room);
  const counts = new Int32Array(queries);
  /** Entries that a list had when it was last looked at. */
  const seen = new Int32Array(queries);
  const floors = new Float64Array(queries).fill(-Infinity);
  const errors = new Float64Array(queries);
  const crowded = new Uint8Array(queries);

  /** Keeps what may be among the `k` best; where that is too much, by exact scores. */
  const look = (query: number): void => {
    const start = query * room;
    const count = counts[query];
    if (count > k) {
      for (let i = 0; i < count; i++) shuffled[i] = products[start + i];
      const kth = kthGreatest(shuffled, count, k);
      floors[query] = Math.max(floors[query], kth - errors[query]);
      const least = floors[query] - errors[query];
      let kept = start;
      for (let at = start; at < start + count; at++) {
        if (products[at] < least) continue;
        products[kept] = products[at];
        rows[kept++] = rows[at];
      }
      counts[query] = kept - start;
      if (counts[query] - k > (room - k) / 2) decide(query);
    }
    seen[query] = counts[query];
  };

  /** Replaces products by exact scores and keeps the `k` best, best first. */
  const decide = (query: number): void => {
    const start = query * room;
    const count = counts[query];
    const entries = Array.from({ length: count }, (_, i) => {
      const row = rows[start + i];
      return { row, score: exact(query, row) };
    });
    entries.sort((x, y) => y.score - x.score || x.row - y.row);
    counts[query] = Math.min(k, count);
    for (let i = 0; i < counts[query]; i++) {
      rows[start + i] = entries[i].row;
      products[start + i] = entries[i].score;
    }
    if (count < k) return;
    floors[query] = entries[k - 1].score;
    const clear = floors[query] - bound[query];
    const spared = entries.reduce((sum, { score }) => sum + Number(score < clear), 0);
    crowded[query] = Number(spared > (count - k) / 2);
  };

  return {
    floor: (query) => floors[query],
    add(query, row, product, error) {
      if (product + error < floors[query]) return false;
      errors[query] = Math.max(errors[query], error);
      const at = query * room + counts[query]++;
      rows[at] = row;
      // What is no number belongs to a row that is refused.
      products[at] = Number.isNaN(product) ? exact(query, row) : product;
      if (counts[query] === room) look(query);
      return crowded[query] === 1;
    },
    settle(first, count) {
      for (let query = first; query < first + count; query++) {
        const fresh = floors[query] === -Infinity ? 1 : NEW_ENTRIES;
        if (counts[query] >= seen[query] + fresh) look(query);
      }
    },
    finish(first, count, { indices, scores }) {
      for (let query = first; query < first + count; query++) {
        look(query);
        decide(query);
        const start = query * room;
        indices.set(rows.subarray(start, start + counts[query]), query * k);
        scores.set(products.subarray(start, start + counts[query]), query * k);
      }
    },
  };
}
