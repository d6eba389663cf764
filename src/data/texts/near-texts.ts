import { createUnionFind } from "../../base/union-find.js";
import { comparableText } from "../split/comparable-text.js";
import { similarRows } from "../split/shingles.js";

/** Word runs two texts must share, of those that either has, to be nearly the same. */
const threshold = 0.8;
/** Words in a run. */
const size = 3;

/** Which texts of a table are nearly the same. */
export interface NearTexts {
  /** Per text, the first one that is nearly the same, through others where need be; itself where none is. */
  readonly first: Uint32Array;
  /** How many texts have such a one. */
  readonly count: number;
}

/** Rows of `a` and of `b` whose texts nearly equal each other, by the same measure. */
export function* nearTo(
  a: readonly string[],
  b: readonly string[],
): Generator<{ readonly i: number; readonly j: number }, void, undefined> {
  if (a.length > 0)
    yield* similarRows(a.map(comparableText), b.map(comparableText), { threshold, size });
}

/**
 * Finds texts that are nearly the same: equal but for case, white space and Unicode form, or sharing four fifths of their
 * runs of three words. By their letters alone, never by cosine: neighbours in an embedding are what is to be judged.
 *
 * @param texts Each once.
 */
export function findNearTexts(texts: readonly string[]): NearTexts {
  const comparable = texts.map(comparableText);
  const sets = createUnionFind(texts.length);
  const rowsOf = new Map<string, number>();
  for (const [row, text] of comparable.entries()) {
    const same = rowsOf.get(text);
    if (same === undefined) rowsOf.set(text, row);
    else sets.join(row, same);
  }
  const distinct = [...rowsOf.keys()];
  const rows = [...rowsOf.values()];
  // What hangs together already need not be compared: of many copies each meets the first alone.
  const known = (i: number, j: number): boolean =>
    j >= i || sets.find(rows[i]) === sets.find(rows[j]);
  for (const { i, j } of similarRows(distinct, distinct, { threshold, size }, known)) {
    sets.join(rows[i], rows[j]);
  }
  const firstOf = new Map<number, number>();
  const sizes = new Map<number, number>();
  const first = Uint32Array.from(texts, (_, row) => {
    const root = sets.find(row);
    if (!firstOf.has(root)) firstOf.set(root, row);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
    return firstOf.get(root)!;
  });
  const count = [...sizes.values()].reduce((sum, n) => (n > 1 ? sum + n : sum), 0);
  return { first, count };
}
