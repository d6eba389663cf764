/** Two texts that are nearly the same. */
export interface NearDuplicate {
  readonly a: string;
  readonly b: string;
  /** Share of word runs that both have, of those that either has (Jaccard), in (0, 1]. */
  readonly similarity: number;
}

/** Where texts count as nearly the same: see {@link nearDuplicates}. */
export interface NearDuplicateOptions {
  /** The least share, above 0 and at most 1. */
  readonly threshold: number;
  /** Words in a run. */
  readonly size: number;
}

/**
 * Every pair of a text of `a` and a text of `b` that share at least `threshold` of their shingles (runs of `size` words,
 * punctuation aside).
 *
 * @param a Texts in comparable form.
 * @param b Likewise.
 */
export function nearDuplicates(
  a: readonly string[],
  b: readonly string[],
  options: NearDuplicateOptions,
): NearDuplicate[] {
  const found = Array.from(similarRows(a, b, options), ({ i, j, similarity }) => ({
    ...{ a: a[i], b: b[j], similarity },
  }));
  return found.sort((x, y) => y.similarity - x.similarity || (x.a + x.b < y.a + y.b ? -1 : 1));
}

/** A row of either list, with what their texts share. */
export interface SimilarRows {
  readonly i: number;
  readonly j: number;
  readonly similarity: number;
}

/**
 * The same as rows, one pair after the other in no order that means anything. Exact, yet far from comparing all with all:
 * texts that similar must share one of their rarest shingles, so only those are looked up, and where the first one that
 * they share stands tells how many more they can share at most (prefix and positional filtering: Chaudhuri et al. 2006;
 * Bayardo et al. 2007; Xiao et al. 2008). Without the second, texts of one template would all be compared with each other.
 *
 * @param skip Pairs that need not be looked at; asked when their turn comes.
 */
export function* similarRows(
  a: readonly string[],
  b: readonly string[],
  { threshold, size }: NearDuplicateOptions,
  skip: (i: number, j: number) => boolean = () => false,
): Generator<SimilarRows, void, undefined> {
  const [rowsA, rowsB] = rankShingles(
    a.map((text) => shingles(text, size)),
    b === a ? undefined : b.map((text) => shingles(text, size)),
  );
  const rarest = ({ length }: Uint32Array): number =>
    length - Math.ceil(threshold * length - 1e-9) + 1;
  const index = new Map<number, { readonly rows: number[]; readonly places: number[] }>();
  for (const [j, row] of rowsB.entries()) {
    for (const [place, shingle] of row.subarray(0, rarest(row)).entries()) {
      let list = index.get(shingle);
      if (list === undefined) index.set(shingle, (list = { rows: [], places: [] }));
      list.rows.push(j);
      list.places.push(place);
    }
  }
  const least = threshold / (1 + threshold);
  const lookedAt = new Uint32Array(b.length);
  for (const [i, row] of rowsA.entries()) {
    for (const [place, shingle] of row.subarray(0, rarest(row)).entries()) {
      const list = index.get(shingle);
      if (list === undefined) continue;
      // Of one template's texts this list holds all: the loop that counts.
      const { rows, places } = list;
      for (let k = 0; k < rows.length; k++) {
        const j = rows[k];
        if (lookedAt[j] === i + 1) continue;
        lookedAt[j] = i + 1;
        const other = rowsB[j];
        const most = Math.min(row.length - place, other.length - places[k]);
        if (most < least * (row.length + other.length) - 1e-9) continue;
        if (skip(i, j)) continue;
        const similarity = jaccard(row, other);
        if (similarity >= threshold) yield { i, j, similarity };
      }
    }
  }
}

/** Sets of shingles as ascending numbers, the rarest shingle of all first. */
function rankShingles(
  setsA: readonly ReadonlySet<string>[],
  setsB: readonly ReadonlySet<string>[] = setsA,
): [a: Uint32Array[], b: Uint32Array[]] {
  const frequency = new Map<string, number>();
  for (const sets of [setsA, setsB]) {
    for (const set of sets) {
      for (const shingle of set) frequency.set(shingle, (frequency.get(shingle) ?? 0) + 1);
    }
  }
  const byRarity = [...frequency].sort(([x, m], [y, n]) => m - n || (x < y ? -1 : 1));
  const ranks = new Map(byRarity.map(([shingle], rank) => [shingle, rank]));
  const toRow = (set: ReadonlySet<string>): Uint32Array =>
    Uint32Array.from(set, (shingle) => ranks.get(shingle)!).sort();
  const rowsA = setsA.map(toRow);
  return [rowsA, setsB === setsA ? rowsA : setsB.map(toRow)];
}

/** The runs of `size` words; the whole text where it has fewer. */
function shingles(text: string, size: number): Set<string> {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  if (words.length === 0) return new Set();
  const last = Math.max(0, words.length - size);
  return new Set(Array.from({ length: last + 1 }, (_, i) => words.slice(i, i + size).join(" ")));
}

/** Of ascending numbers. */
function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  return shared / (a.length + b.length - shared);
}
