import type { PairColumns } from "../data/types.js";
import type { Random } from "../math/random.js";

/** A batch before its rows are looked up: rows of the tables, and pairs that index these rows. */
export interface BatchPlan {
  /** Rows of the table of queries. */
  readonly queryRows: Uint32Array;
  /** Rows of the table of passages. */
  readonly passageRows: Uint32Array;
  /** Index columns into the two lists above. */
  readonly pairs: PairColumns;
}

/** `0 … count − 1` in random order. */
export function shuffledOrder(count: number, random: Random): Uint32Array {
  return random.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
}

/**
 * The batch of the given pairs.
 *
 * @param repeatRows With dropout every pair has masks of its own, so a text that stands in two pairs is two rows;
 *   without, it is transformed once.
 */
export function planPairBatch(
  pairs: PairColumns,
  order: Uint32Array,
  { repeatRows }: { readonly repeatRows: boolean },
): BatchPlan {
  const label = Uint8Array.from(order, (i) => pairs.label[i]);
  const query = Uint32Array.from(order, (i) => pairs.query[i]);
  const passage = Uint32Array.from(order, (i) => pairs.passage[i]);
  if (repeatRows) {
    const places = Uint32Array.from(order, (_, i) => i);
    return {
      queryRows: query,
      passageRows: passage,
      pairs: { query: places, passage: places, label },
    };
  }
  const queries = indexDistinct(query);
  const passages = indexDistinct(passage);
  return {
    queryRows: queries.distinct,
    passageRows: passages.distinct,
    pairs: { query: queries.places, passage: passages.places, label },
  };
}

/** The distinct values in order of appearance, and for each value its place among them. */
export function indexDistinct(values: Uint32Array): { distinct: Uint32Array; places: Uint32Array } {
  const placeOf = new Map<number, number>();
  const places = values.map((value) => {
    const known = placeOf.get(value);
    if (known !== undefined) return known;
    placeOf.set(value, placeOf.size);
    return placeOf.size - 1;
  });
  return { distinct: Uint32Array.from(placeOf.keys()), places };
}
