import type { FoldsOfGroupsOptions } from "../data/split/folds-of-groups.js";
import { pairFolds } from "../data/split/pair-folds.js";
import type { IndexPairs, PreparedPairs } from "../data/training-pairs.js";
import { rankingTask, type RankingTask } from "../evaluate/retrieval/ranking-task.js";

/** One part of a cross-validation, with what to measure on. */
export interface RankingFold {
  /** The matching pairs to learn from. */
  readonly train: IndexPairs;
  /** The labelled non-matches to learn from. */
  readonly trainNegatives: IndexPairs;
  /** What to measure on. */
  readonly task: RankingTask;
}

/**
 * The folds of {@link pairFolds}, what is held out as ranking tasks.
 *
 * @param caller The public function that was called, for errors.
 */
export function makeFolds(
  prepared: PreparedPairs,
  options: FoldsOfGroupsOptions,
  caller: string,
): RankingFold[] {
  return pairFolds(prepared, options, caller).map(
    ({ train, trainNegatives, test, testNegatives }) => ({
      train,
      trainNegatives,
      task: rankingTask(prepared, test, testNegatives),
    }),
  );
}
