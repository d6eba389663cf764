import { foldsOfGroups, type FoldsOfGroupsOptions } from "./folds-of-groups.js";
import type { IndexPairs, PreparedPairs } from "../training-pairs.js";

/** One part of a cross-validation over pairs. */
export interface PairFold {
  /** The matching pairs to learn from. */
  readonly train: IndexPairs;
  /** The labelled non-matches to learn from. */
  readonly trainNegatives: IndexPairs;
  /** The matching pairs to measure on. */
  readonly test: IndexPairs;
  /** The labelled non-matches to measure on. */
  readonly testNegatives: IndexPairs;
}

/**
 * Splits training pairs into folds that keep groups whole: a pair goes where the group of its query goes, and folds are
 * balanced by their matching pairs. Pairs of a group without a match are learnt from in every fold and tested in none.
 *
 * @param caller The public function that was called, for the message.
 * @returns At most one fold per group that has a matching pair; none when there are fewer than two such groups.
 * @throws RangeError when `folds` is no integer of at least 2.
 */
export function pairFolds(
  { positives, negatives, groups }: Pick<PreparedPairs, "positives" | "negatives" | "groups">,
  options: FoldsOfGroupsOptions = {},
  caller = "pairFolds",
): PairFold[] {
  const groupOfPair = Array.from(positives.query, (query) => groups[query]);
  const foldOfPair = foldsOfGroups(groupOfPair, options, caller);
  const foldOfGroup = new Map(groupOfPair.map((group, i) => [group, foldOfPair[i]]));
  if (foldOfGroup.size < 2) return [];
  const isIn = (fold: number) => (query: number) => foldOfGroup.get(groups[query]) === fold;
  const isOutside = (fold: number) => (query: number) => foldOfGroup.get(groups[query]) !== fold;
  const count = new Set(foldOfGroup.values()).size;
  return Array.from({ length: count }, (_, fold) => ({
    train: pairsWhere(positives, isOutside(fold)),
    trainNegatives: pairsWhere(negatives, isOutside(fold)),
    test: pairsWhere(positives, isIn(fold)),
    testNegatives: pairsWhere(negatives, isIn(fold)),
  }));
}

function pairsWhere({ query, passage }: IndexPairs, keep: (query: number) => boolean): IndexPairs {
  const rows: number[] = [];
  for (let i = 0; i < query.length; i++) if (keep(query[i])) rows.push(i);
  return {
    query: Uint32Array.from(rows, (i) => query[i]),
    passage: Uint32Array.from(rows, (i) => passage[i]),
  };
}
