import type { Pair } from "../../data/types.js";
import { goldKey } from "../../data/text-identity.js";
import type { MinedNegatives, MinedQuery } from "./mine-hard-negatives.js";
import type { MinedPassage } from "./select-negatives.js";

/** A pair with the score it was mined by. */
export interface ScoredPair extends Pair {
  /** `undefined` for a positive without a known score. */
  readonly score: number | undefined;
}

/** A query, a passage that answers it and one that does not. */
export interface Triplet {
  readonly query: string;
  readonly positive: string;
  readonly negative: string;
  readonly group: string;
  readonly positiveScore: number | undefined;
  readonly negativeScore: number;
}

/** A query, a passage that answers it and several that do not. */
export interface NTuple {
  readonly query: string;
  readonly positive: string;
  readonly negatives: readonly string[];
  readonly group: string;
  /** Of the positive, then of each negative. */
  readonly scores: readonly (number | undefined)[];
}

/** A query with a list of passages and whether each answers it. */
export interface LabelledList {
  readonly query: string;
  readonly passages: readonly string[];
  readonly labels: readonly (0 | 1)[];
  readonly group: string;
  readonly scores: readonly (number | undefined)[];
}

/** For every query its positives (label 1, kind `"gold"`), then its negatives (label 0, kind `kind`). */
export function toLabelledPairs(
  { queries }: MinedNegatives,
  { kind = "mined" }: { readonly kind?: string | undefined } = {},
): ScoredPair[] {
  return queries.flatMap((mined) => {
    const { query, group, positives } = mined;
    return [
      ...positives.map(({ text, score }): ScoredPair => ({
        query,
        passage: text,
        label: 1,
        group,
        kind: "gold",
        score,
      })),
      ...wrong(mined).map(({ text, score }): ScoredPair => ({
        query,
        passage: text,
        label: 0,
        group,
        kind,
        score,
      })),
    ];
  });
}

/** Passages that are no positive left in the ranking by `includePositives`. */
const wrong = ({ negatives }: MinedQuery): readonly MinedPassage[] =>
  negatives.filter(({ positive }) => !positive);

/** Every positive of a query with every one of its negatives. */
export function toTriplets({ queries }: MinedNegatives): Triplet[] {
  return queries.flatMap((mined) =>
    mined.positives.flatMap(({ text: positive, score: positiveScore }) =>
      wrong(mined).map(({ text: negative, score: negativeScore }) => ({
        query: mined.query,
        positive,
        negative,
        group: mined.group,
        positiveScore,
        negativeScore,
      })),
    ),
  );
}

/**
 * Every positive of a query with all its negatives; only queries with as many negatives as wanted, so that all tuples
 * have one length.
 *
 * @param numNegatives As mined; each tuple holds exactly this many.
 */
export function toTuples({ queries }: MinedNegatives, numNegatives: number): NTuple[] {
  return queries
    .filter((mined) => wrong(mined).length >= numNegatives)
    .flatMap((mined) => {
      const { query, group, positives } = mined;
      const nearest = wrong(mined).slice(0, numNegatives);
      return positives.map(({ text: positive, score }) => ({
        query,
        positive,
        negatives: nearest.map(({ text }) => text),
        group,
        scores: [score, ...nearest.map((negative) => negative.score)],
      }));
    });
}

/**
 * Every positive of a query followed by its negatives, however many; queries without any are left out. Under
 * `includePositives` what follows is the ranking, in which the query's other positives have label 1.
 */
export function toLabelledLists({ queries }: MinedNegatives): LabelledList[] {
  return queries
    .filter((mined) => wrong(mined).length > 0)
    .flatMap(({ query, group, positives, negatives }) =>
      positives.map(({ text, score }) => {
        const own = goldKey(text);
        const others = negatives.filter(
          (other) => !(other.positive && goldKey(other.text) === own),
        );
        return {
          query,
          passages: [text, ...others.map((other) => other.text)],
          labels: [1 as const, ...others.map(({ positive }) => (positive ? 1 : 0))],
          group,
          scores: [score, ...others.map((other) => other.score)],
        };
      }),
    );
}
