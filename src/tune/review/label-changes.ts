import type { TextTables } from "../../data/texts/text-tables.js";
import { count } from "../verdict/words.js";

/** Texts with their labels, as `tune` returns them. */
export type LabelledTables = Pick<TextTables, "queries" | "passages" | "pairs">;

/** How labels differ from those of an earlier run. */
export interface LabelChanges {
  readonly added: number;
  readonly removed: number;
  /** From 1 to 0, or from 0 to 1. */
  readonly turned: number;
}

/** What became of the labels since an earlier run: pairs are the same where both texts are, whatever their rows and ids. */
export function labelChanges(earlier: LabelledTables, now: LabelledTables): LabelChanges {
  const [then, today] = [labelsByPair(earlier), labelsByPair(now)];
  const kept = [...today].filter(([pair]) => then.has(pair));
  return {
    added: today.size - kept.length,
    removed: then.size - kept.length,
    turned: kept.filter(([pair, label]) => then.get(pair) !== label).length,
  };
}

/** E.g. `"Since the last verdict 3 labels changed: 2 added, 1 taken away, 0 turned to the other answer."` */
export function labelChangesSentence({ added, removed, turned }: LabelChanges): string {
  const changed = added + removed + turned;
  if (changed === 0) return "Since the last verdict no label changed.";
  const [more, less, other] = [added, removed, turned].map((n) => n.toLocaleString("en-US"));
  return `Since the last verdict ${count(changed, "label")} changed: ${more} added, ${less} taken away, ${other} turned to the other answer.`;
}

function labelsByPair({ queries, passages, pairs }: LabelledTables): Map<string, number> {
  return new Map(
    Array.from(pairs.query, (query, i) => [
      JSON.stringify([queries[query], passages[pairs.passage[i]]]),
      pairs.label[i],
    ]),
  );
}
