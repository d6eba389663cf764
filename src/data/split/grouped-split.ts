import { refuse } from "../../base/checks.js";
import { assignGroups, defaultKeys, type GroupingOptions } from "./assign-groups.js";
import type { Pair, Question } from "../types.js";

export interface GroupedSplitOptions<T> extends GroupingOptions<T> {
  /** Share of the items to train on. @default what `validation` and `test` leave */
  readonly train?: number | undefined;
  /** Share to choose thresholds and settings on. @default 0.1 */
  readonly validation?: number | undefined;
  /** Share to report on. @default 0.3 */
  readonly test?: number | undefined;
}

export interface Split<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
  readonly test: readonly T[];
}

/**
 * Splits so that no question, answering passage or page is on two sides: whatever is tied together by one of these
 * (through any number of others) stays together. The same items and seed give the same sides in whatever order the
 * items come; each side keeps the order of the input. Shares are met as nearly as the groups allow.
 *
 * @throws RangeError when the shares are not fractions that sum to 1, or there are too few groups for the sides.
 */
export function groupedSplit<T extends Question | Pair>(
  items: readonly T[],
  options?: GroupedSplitOptions<T>,
): Split<T>;
export function groupedSplit<T>(
  items: readonly T[],
  options: GroupedSplitOptions<T> & { keys: (item: T) => readonly string[] },
): Split<T>;
export function groupedSplit<T extends Question | Pair>(
  items: readonly T[],
  options: GroupedSplitOptions<T> = {},
): Split<T> {
  const {
    validation = 0.1,
    test = 0.3,
    train = 1 - validation - test,
    keys = defaultKeys,
  } = options;
  const shares = { train, validation, test };
  checkShares(shares);
  const names = (["train", "validation", "test"] as const).filter((name) => shares[name] > 1e-12);
  const wanted = names.map((name) => shares[name]);
  const sideOf = assignGroups(items, wanted, { ...options, keys }, "groupedSplit");
  const pick = (name: keyof Split<T>): T[] => items.filter((_, i) => names[sideOf[i]] === name);
  return { train: pick("train"), validation: pick("validation"), test: pick("test") };
}

function checkShares(shares: Readonly<Record<string, number>>): void {
  let sum = 0;
  for (const [name, share] of Object.entries(shares)) {
    if (!(share >= -1e-12 && share <= 1)) {
      refuse(`groupedSplit: ${name}`, "a number from 0 to 1", share);
    }
    sum += share;
  }
  if (Math.abs(sum - 1) > 1e-9) {
    throw new RangeError(`groupedSplit: train, validation and test must sum to 1, received ${sum}`);
  }
}
