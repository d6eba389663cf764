import { gatherRows } from "../math/matrix.js";
import { createRandom } from "../base/random.js";
import { multiply } from "../math/multiply.js";
import type { IndexPairs, PreparedPairs } from "../data/training-pairs.js";

/** Queries and passages held out together, with what is known about them; row numbers are those of the tables. */
export interface RankingTask {
  readonly queries: Uint32Array;
  readonly passages: Uint32Array;
  /** Per held-out query, positions in `passages` of its matches. */
  readonly matches: readonly (readonly number[])[];
  /** Per held-out query, positions in `passages` of hard negatives. */
  readonly negatives: readonly (readonly number[])[];
}

/** One part of a cross-validation. */
export interface Fold {
  /** The matching pairs to learn from. */
  readonly train: IndexPairs;
  /** The labelled non-matches to learn from. */
  readonly trainNegatives: IndexPairs;
  /** What to measure on. */
  readonly task: RankingTask;
}

export interface FoldOptions {
  /** How many parts; never more than there are groups. @default 5 */
  readonly folds?: number;
  /** @default 1 */
  readonly seed?: string | number;
  /** Hard negatives mined per query where the labelled ones do not suffice. @default 2 */
  readonly minedNegatives?: number;
}

/**
 * Splits training pairs into folds that keep groups whole: a pair goes where the group of its query goes.
 *
 * @returns No folds when there are fewer than two groups with a matching pair.
 */
export function makeFolds(
  prepared: PreparedPairs,
  { folds = 5, seed = 1, minedNegatives = 2 }: FoldOptions = {},
): Fold[] {
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(`folds must be an integer >= 2, received ${folds}`);
  }
  const { positives, negatives, groups } = prepared;
  const used = [...new Set(Array.from(positives.query, (q) => groups[q]))];
  if (used.length < 2) return [];
  const count = Math.min(folds, used.length);
  const foldOfGroup = assignGroups(positives, groups, used, count, seed);
  const foldOf = (q: number): number => foldOfGroup.get(groups[q]) ?? -1;
  return Array.from({ length: count }, (_, fold) => {
    const train = select(positives, (q) => foldOf(q) !== fold);
    return {
      train,
      trainNegatives: select(negatives, (q) => foldOf(q) !== fold),
      task: rankingTask(
        prepared,
        select(positives, (q) => foldOf(q) === fold),
        select(negatives, (q) => foldOf(q) === fold),
        minedNegatives,
      ),
    };
  });
}

/** Groups in random order, each to the fold that has the fewest pairs so far. */
function assignGroups(
  positives: IndexPairs,
  groups: Uint32Array,
  used: number[],
  count: number,
  seed: string | number,
): Map<number, number> {
  const pairsOf = new Map<number, number>();
  for (const q of positives.query) pairsOf.set(groups[q], (pairsOf.get(groups[q]) ?? 0) + 1);
  const order = createRandom(`${seed}/folds`).shuffle([...used]);
  // Largest first (the shuffle decides among equals), so that one big group cannot unbalance the folds at the end.
  order.sort((a, b) => pairsOf.get(b)! - pairsOf.get(a)!);
  const sizes = new Float64Array(count);
  const foldOfGroup = new Map<number, number>();
  for (const group of order) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    foldOfGroup.set(group, smallest);
    sizes[smallest] += pairsOf.get(group)!;
  }
  return foldOfGroup;
}

function select({ query, passage }: IndexPairs, keep: (query: number) => boolean): IndexPairs {
  const rows: number[] = [];
  for (let i = 0; i < query.length; i++) if (keep(query[i])) rows.push(i);
  return {
    query: Uint32Array.from(rows, (i) => query[i]),
    passage: Uint32Array.from(rows, (i) => passage[i]),
  };
}

/**
 * The ranking task of some matching pairs: their passages are the corpus, together with the labelled negatives. Where
 * those are fewer than one per query, the nearest wrong passages under the untouched embedding stand in.
 */
export function rankingTask(
  { queries, passages }: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
  negatives: IndexPairs,
  minedNegatives: number,
): RankingTask {
  const queryRows = Uint32Array.from(new Set(positives.query));
  const passageRows = Uint32Array.from(new Set([...positives.passage, ...negatives.passage]));
  const queryAt = new Map(Array.from(queryRows, (row, at) => [row, at]));
  const passageAt = new Map(Array.from(passageRows, (row, at) => [row, at]));
  const matches = Array.from(queryRows, (): number[] => []);
  for (let i = 0; i < positives.query.length; i++) {
    matches[queryAt.get(positives.query[i])!].push(passageAt.get(positives.passage[i])!);
  }
  const labelled = Array.from(queryRows, (): number[] => []);
  let labelledCount = 0;
  for (let i = 0; i < negatives.query.length; i++) {
    const at = queryAt.get(negatives.query[i]);
    if (at === undefined) continue;
    labelled[at].push(passageAt.get(negatives.passage[i])!);
    labelledCount++;
  }
  if (labelledCount >= queryRows.length) {
    return { queries: queryRows, passages: passageRows, matches, negatives: labelled };
  }
  const scores = multiply(gatherRows(queries, queryRows), gatherRows(passages, passageRows), {
    transposeB: true,
  });
  const mined = matches.map((own, i) =>
    nearestWrong(scores.data.subarray(i * scores.cols, (i + 1) * scores.cols), own, minedNegatives),
  );
  return { queries: queryRows, passages: passageRows, matches, negatives: mined };
}

/** Positions of the `count` highest scores that are no matches, best first; the lower position wins a tie. */
function nearestWrong(scores: Float32Array, matches: readonly number[], count: number): number[] {
  const best: number[] = [];
  for (let j = 0; j < scores.length; j++) {
    if (best.length === count && !(scores[j] > scores[best[count - 1]])) continue;
    if (matches.includes(j)) continue;
    let at = best.length;
    while (at > 0 && scores[j] > scores[best[at - 1]]) at--;
    best.splice(at, 0, j);
    if (best.length > count) best.pop();
  }
  return best;
}
