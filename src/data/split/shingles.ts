/** Two texts that are nearly the same. */
export interface NearDuplicate {
  readonly a: string;
  readonly b: string;
  /** Share of word runs that both have, of those that either has (Jaccard), in (0, 1]. */
  readonly similarity: number;
}

/**
 * Every pair of a text of `a` and a text of `b` that share at least `threshold` of their shingles (runs of `size` words,
 * punctuation aside). Exact, yet far from comparing all with all: texts that similar must share one of their
 * rarest shingles, so only those are looked up (prefix filtering, Chaudhuri et al. 2006; Bayardo et al. 2007).
 *
 * @param a Texts in comparable form.
 * @param b Likewise.
 */
export function nearDuplicates(
  a: readonly string[],
  b: readonly string[],
  { threshold, size }: { readonly threshold: number; readonly size: number },
): NearDuplicate[] {
  const setsA = a.map((text) => shingles(text, size));
  const setsB = b.map((text) => shingles(text, size));
  const frequency = new Map<string, number>();
  for (const set of [...setsA, ...setsB]) {
    for (const shingle of set) frequency.set(shingle, (frequency.get(shingle) ?? 0) + 1);
  }
  const rarest = (set: ReadonlySet<string>): string[] => {
    const sorted = [...set].sort(
      (x, y) => frequency.get(x)! - frequency.get(y)! || (x < y ? -1 : 1),
    );
    return sorted.slice(0, sorted.length - Math.ceil(threshold * sorted.length - 1e-9) + 1);
  };
  const index = new Map<string, number[]>();
  for (const [j, set] of setsB.entries()) {
    for (const shingle of rarest(set)) {
      const list = index.get(shingle);
      if (list === undefined) index.set(shingle, [j]);
      else list.push(j);
    }
  }
  const found: NearDuplicate[] = [];
  for (const [i, set] of setsA.entries()) {
    const candidates = new Set(rarest(set).flatMap((shingle) => index.get(shingle) ?? []));
    for (const j of candidates) {
      const similarity = jaccard(set, setsB[j]);
      if (similarity >= threshold) found.push({ a: a[i], b: b[j], similarity });
    }
  }
  return found.sort((x, y) => y.similarity - x.similarity || (x.a + x.b < y.a + y.b ? -1 : 1));
}

/** The runs of `size` words; the whole text where it has fewer. */
function shingles(text: string, size: number): Set<string> {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  if (words.length === 0) return new Set();
  const last = Math.max(0, words.length - size);
  return new Set(Array.from({ length: last + 1 }, (_, i) => words.slice(i, i + size).join(" ")));
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const item of a) if (b.has(item)) shared++;
  return shared / (a.size + b.size - shared);
}
