import { checkInteger } from "../../base/checks.js";
import { assignGroups, defaultKeys, type GroupingOptions } from "./assign-groups.js";
import type { Pair, Question } from "../types.js";

export interface GroupedFoldsOptions<T> extends GroupingOptions<T> {
  /** How many. @default 5 */
  readonly folds?: number | undefined;
}

/** One round of cross-validation. */
export interface Fold<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

/**
 * Splits for k-fold cross-validation: every item is in the test side of one fold and in the train side of the others, and
 * no question, answering passage or page is on both sides of a fold.
 *
 * @throws RangeError when `folds` is no integer of at least 2, or there are fewer groups than folds.
 * @see groupedSplit for what is kept together and on what the result depends
 */
export function groupedFolds<T extends Question | Pair>(
  items: readonly T[],
  options?: GroupedFoldsOptions<T>,
): Fold<T>[];
export function groupedFolds<T>(
  items: readonly T[],
  options: GroupedFoldsOptions<T> & { keys: (item: T) => readonly string[] },
): Fold<T>[];
export function groupedFolds<T extends Question | Pair>(
  items: readonly T[],
  options: GroupedFoldsOptions<T> = {},
): Fold<T>[] {
  const { folds = 5, keys = defaultKeys } = options;
  checkInteger(folds, "groupedFolds: folds", { least: 2 });
  const shares = new Array<number>(folds).fill(1 / folds);
  const foldOf = assignGroups(items, shares, { ...options, keys }, "groupedFolds");
  return shares.map((_, fold) => ({
    train: items.filter((_, i) => foldOf[i] !== fold),
    test: items.filter((_, i) => foldOf[i] === fold),
  }));
}
