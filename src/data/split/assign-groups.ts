import { createRandom } from "../../base/random.js";
import { connectedComponents } from "./components.js";
import { splitKeys } from "./split-keys.js";
import type { Pair, Question } from "../types.js";

/** How items are tied together and spread. */
export interface GroupingOptions<T> {
  /** @default 1 */
  readonly seed?: string | number | undefined;
  /**
   * What an item shares with others that must be on its side. Give every key a prefix by kind, so that a page named
   * like a question does not tie them. @default question, answering passages and page, see {@link splitKeys}
   */
  readonly keys?: ((item: T) => readonly string[]) | undefined;
  /**
   * A class of each item (its answer's kind, its label, …) that every side gets its share of, as nearly as the groups
   * allow. @default one class for all
   */
  readonly stratify?: ((item: T) => string) | undefined;
}

/**
 * Gives every item a side, those that share a key the same. Groups are dealt out in an order that depends on the seed and
 * the items, but not on the order of the items; each goes where most of its kind is missing.
 *
 * @param shares Share of the items per side, summing to 1; every side gets a group.
 * @param caller The public function that was called, for the message.
 * @throws RangeError when there are fewer groups than sides.
 */
export function assignGroups<T>(
  items: readonly T[],
  shares: readonly number[],
  {
    keys,
    seed = 1,
    stratify = () => "",
  }: GroupingOptions<T> & { keys: (item: T) => readonly string[] },
  caller: string,
): Uint32Array {
  const components = connectedComponents(items.map((item) => keys(item)));
  components.sort((a, b) => (a.key < b.key ? -1 : 1));
  createRandom(`${seed}/split`).shuffle(components);
  if (components.length < shares.length) {
    throw new RangeError(
      `${caller}: items must come in at least ${shares.length} groups, one for each side, received ${items.length} in ${components.length}`,
    );
  }

  const strata = items.map((item) => stratify(item));
  const totals = new Map<string, number>();
  for (const stratum of strata) totals.set(stratum, (totals.get(stratum) ?? 0) + 1);
  const missing = shares.map(
    (share) => new Map([...totals].map(([stratum, total]) => [stratum, share * total])),
  );
  const sides = shares.map((_, side) => side);
  const empty = new Set(sides);
  const sideOf = new Uint32Array(items.length);
  for (const [i, component] of components.entries()) {
    const counts = new Map<string, number>();
    for (const item of component.items)
      counts.set(strata[item], (counts.get(strata[item]) ?? 0) + 1);
    /** How much of what the group brings is missing on a side; a rare class weighs as much as a common one. */
    const need = (side: number): number => {
      let sum = 0;
      for (const [stratum, count] of counts) {
        sum += (count * missing[side].get(stratum)!) / totals.get(stratum)!;
      }
      return sum;
    };
    // When only as many groups are left as sides are empty, those come first.
    const choice = components.length - i > empty.size ? sides : [...empty];
    const side = choice.reduce((best, other) => (need(other) > need(best) ? other : best));
    empty.delete(side);
    for (const [stratum, count] of counts) {
      missing[side].set(stratum, missing[side].get(stratum)! - count);
    }
    for (const item of component.items) sideOf[item] = side;
  }
  return sideOf;
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
