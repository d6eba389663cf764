import type { Pair, Question } from "../data/types.js";
import { createDropCounter, type DropCounts } from "./drop-counts.js";
import { pageOf } from "./natural-questions/gold.js";
import { checkLengths, lengthReason, type LengthOptions } from "./passage-length.js";
import { goldKey } from "../data/text-identity.js";
import { compareTexts } from "./compare-texts.js";

/** A passage that may serve as a negative for questions of other pages. */
export interface PoolPassage {
  readonly text: string;
  /** The page it stands on. */
  readonly group: string;
}

export interface PassagePoolOptions extends LengthOptions {
  /** Leave out candidates that stand inside another candidate. @default false */
  readonly topLevelOnly?: boolean | undefined;
}

export type PoolDrop = "duplicate" | "nested" | "too-short" | "too-long";

export interface PassagePool {
  /** Distinct texts of each page; a text that stands on two pages is there twice. */
  readonly passages: readonly PoolPassage[];
  readonly drops: DropCounts<PoolDrop>;
}

/**
 * All candidate passages of the given examples' pages, each text once a page. For the pool of gold passages alone, which
 * costs no further embedding, pass the positive pairs to {@link sampleWeakNegatives} without a pool.
 *
 * @throws RangeError when a length is out of range.
 */
export function passagePool(
  questions: Iterable<Question>,
  { topLevelOnly = false, minLength = 1, maxLength = Infinity }: PassagePoolOptions = {},
): PassagePool {
  checkLengths(minLength, maxLength, "passagePool");
  const drops = createDropCounter<PoolDrop>();
  const builder = createPoolBuilder();
  for (const question of questions) {
    const group = pageOf(question);
    for (const { text, topLevel } of question.candidates) {
      const reason =
        topLevelOnly && !topLevel ? "nested" : lengthReason(text, minLength, maxLength);
      if (reason !== null) drops.add(reason);
      else if (!builder.add({ text, group })) drops.add("duplicate");
    }
  }
  return { passages: builder.passages(), drops: drops.counts() };
}

/** The passages of the given pairs, each text once a group. */
export function poolOfPairs(pairs: Iterable<Pair>): PoolPassage[] {
  const builder = createPoolBuilder();
  for (const { passage, group } of pairs) builder.add({ text: passage, group });
  return builder.passages();
}

function createPoolBuilder() {
  const byKey = new Map<string, PoolPassage>();
  return {
    /** In the order in which they first came. */
    passages: (): PoolPassage[] => [...byKey.values()],
    /** False when the page already gave this text. */
    add(passage: PoolPassage): boolean {
      const key = `${goldKey(passage.text)}\n${passage.group}`;
      const known = byKey.get(key);
      // The least of several writings, so that the order of the input decides nothing.
      if (known === undefined || compareTexts(passage.text, known.text) < 0) {
        byKey.set(key, passage);
      }
      return known === undefined;
    },
  };
}
