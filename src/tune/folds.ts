import { gatherRows } from "../math/matrix.js";
import { multiply } from "../math/multiply.js";
import type { FoldsOfGroupsOptions } from "../data/split/folds-of-groups.js";
import { pairFolds } from "../data/split/pair-folds.js";
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

/** One part of a cross-validation, with what to measure on. */
export interface RankingFold {
  /** The matching pairs to learn from. */
  readonly train: IndexPairs;
  /** The labelled non-matches to learn from. */
  readonly trainNegatives: IndexPairs;
  /** What to measure on. */
  readonly task: RankingTask;
}

export interface FoldOptions extends FoldsOfGroupsOptions {
  /** Hard negatives mined per query where the labelled ones do not suffice. @default 2 */
  readonly minedNegatives?: number;
}

/**
 * The folds of {@link pairFolds}, each with the ranking task of its test pairs.
 *
 * @returns No folds when there are fewer than two groups with a matching pair.
 */
export function makeFolds(
  prepared: PreparedPairs,
  { minedNegatives = 2, ...options }: FoldOptions = {},
): RankingFold[] {
  return pairFolds(prepared, options).map(({ train, trainNegatives, test, testNegatives }) => ({
    train,
    trainNegatives,
    task: rankingTask(prepared, test, testNegatives, minedNegatives),
  }));
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
