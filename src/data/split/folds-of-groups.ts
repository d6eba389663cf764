import { checkInteger } from "../../base/checks.js";
import { createRandom } from "../../base/random.js";

export interface FoldsOfGroupsOptions {
  /** How many folds; where there are fewer groups, as many as there are groups. @default 5 */
  readonly folds?: number | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
}

/**
 * Gives every item a fold, those of one group the same: groups in random order and then the largest first, each to the
 * fold that has the fewest items so far (longest processing time first; Graham, 1969).
 *
 * @param groupOfItem Per item, the number of its group (any integers >= 0).
 * @param caller The public function that was called, for the message.
 * @returns Per item, its fold, from 0.
 * @throws RangeError when `folds` is no integer of at least 2.
 */
export function foldsOfGroups(
  groupOfItem: Uint32Array | readonly number[],
  { folds = 5, seed = 1 }: FoldsOfGroupsOptions = {},
  caller = "foldsOfGroups",
): Uint32Array {
  checkInteger(folds, `${caller}: folds`, { least: 2 });
  const sizeOf = new Map<number, number>();
  for (const group of groupOfItem) sizeOf.set(group, (sizeOf.get(group) ?? 0) + 1);
  const order = createRandom(`${seed}/folds`).shuffle([...sizeOf.keys()]);
  // Largest first (the shuffle decides among equals), so that one big group cannot unbalance the folds at the end.
  order.sort((a, b) => sizeOf.get(b)! - sizeOf.get(a)!);
  const filled = new Float64Array(Math.min(folds, sizeOf.size));
  const foldOf = new Map<number, number>();
  for (const group of order) {
    let emptiest = 0;
    for (let fold = 1; fold < filled.length; fold++) {
      if (filled[fold] < filled[emptiest]) emptiest = fold;
    }
    foldOf.set(group, emptiest);
    filled[emptiest] += sizeOf.get(group)!;
  }
  return Uint32Array.from(groupOfItem, (group) => foldOf.get(group)!);
}
