import { createRandom } from "../math/random.js";
import { connectedComponents, type Component } from "./components.js";
import { splitKeys } from "./split-keys.js";
import type { Pair, Question } from "./types.js";

export interface GroupedSplitOptions<T> {
  /** Share of the items to train on. @default what `validation` and `test` leave */
  readonly train?: number | undefined;
  /** Share to choose thresholds and settings on. @default 0.1 */
  readonly validation?: number | undefined;
  /** Share to report on. @default 0.3 */
  readonly test?: number | undefined;
  /** @default 0 */
  readonly seed?: string | number | undefined;
  /**
   * What an item shares with others that must be on its side. Give every key a prefix by kind, so that a page named
   * like a question does not tie them. @default question, answering passages and page, see {@link splitKeys}
   */
  readonly keys?: ((item: T) => readonly string[]) | undefined;
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
  {
    validation = 0.1,
    test = 0.3,
    train = 1 - validation - test,
    seed = 0,
    keys = defaultKeys,
  }: GroupedSplitOptions<T> = {},
): Split<T> {
  const shares = { train, validation, test };
  checkShares(shares);
  const names = (["train", "validation", "test"] as const).filter((name) => shares[name] > 0);
  const components = shuffledComponents(items, keys, seed);
  if (components.length < names.length) {
    throw new RangeError(
      `groupedSplit: ${items.length} items in ${components.length} groups cannot fill ${names.length} sides`,
    );
  }

  const missing = { train: 0, validation: 0, test: 0 };
  for (const name of names) missing[name] = shares[name] * items.length;
  const sideOf = new Array<keyof Split<T>>(items.length);
  const empty = new Set(names);
  for (const [i, component] of components.entries()) {
    // When only as many groups are left as sides are empty, those come first.
    const choice = components.length - i > empty.size ? names : [...empty];
    const side = choice.reduce((best, name) => (missing[name] > missing[best] ? name : best));
    empty.delete(side);
    missing[side] -= component.items.length;
    for (const item of component.items) sideOf[item] = side;
  }
  const pick = (side: keyof Split<T>): T[] => items.filter((_, i) => sideOf[i] === side);
  return { train: pick("train"), validation: pick("validation"), test: pick("test") };
}

/** The groups of items in an order that depends on the seed and the items, but not on the order of the items. */
export function shuffledComponents<T>(
  items: readonly T[],
  keys: (item: T) => readonly string[],
  seed: string | number,
): Component[] {
  const components = connectedComponents(items.map((item) => keys(item)));
  components.sort((a, b) => (a.key < b.key ? -1 : 1));
  return createRandom(`${seed}/split`).shuffle(components);
}

/** The keys of {@link splitKeys}, marked by kind. */
export function defaultKeys(item: Question | Pair): string[] {
  const { questions, passages, pages } = splitKeys(item);
  return [
    ...questions.map((key) => `question\t${key}`),
    ...passages.map((key) => `passage\t${key}`),
    ...pages.map((key) => `page\t${key}`),
  ];
}

function checkShares(shares: Readonly<Record<string, number>>): void {
  let sum = 0;
  for (const [name, share] of Object.entries(shares)) {
    if (!(share >= -1e-12 && share <= 1)) {
      throw new RangeError(`groupedSplit: ${name} must be between 0 and 1, received ${share}`);
    }
    sum += share;
  }
  if (Math.abs(sum - 1) > 1e-9) {
    throw new RangeError(`groupedSplit: train, validation and test must sum to 1, received ${sum}`);
  }
}
