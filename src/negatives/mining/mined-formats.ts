import type { Pair } from "../../data/types.js";
import type { MinedNegatives } from "./mine-hard-negatives.js";

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
  return queries.flatMap(({ query, group, positives, negatives }) => [
    ...positives.map(({ text, score }): ScoredPair => ({
      query,
      passage: text,
      label: 1,
      group,
      kind: "gold",
      score,
    })),
    ...negatives
      .filter(({ positive }) => !positive)
      .map(({ text, score }): ScoredPair => ({
        query,
        passage: text,
        label: 0,
        group,
        kind,
        score,
      })),
  ]);
}

/** Every positive of a query with every one of its negatives. */
export function toTriplets({ queries }: MinedNegatives): Triplet[] {
  return queries.flatMap(({ query, group, positives, negatives }) =>
    positives.flatMap(({ text: positive, score: positiveScore }) =>
      negatives.map(({ text: negative, score: negativeScore }) => ({
        query,
        positive,
        negative,
        group,
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
    .filter(({ negatives }) => negatives.length >= numNegatives)
    .flatMap(({ query, group, positives, negatives }) => {
      const nearest = negatives.slice(0, numNegatives);
      return positives.map(({ text: positive, score }) => ({
        query,
        positive,
        negatives: nearest.map(({ text }) => text),
        group,
        scores: [score, ...nearest.map((negative) => negative.score)],
      }));
    });
}

/** Every positive of a query followed by its negatives, however many; queries without any are left out. */
export function toLabelledLists({ queries }: MinedNegatives): LabelledList[] {
  return queries
    .filter(({ negatives }) => negatives.length > 0)
    .flatMap(({ query, group, positives, negatives }) =>
      positives.map(({ text, score }) => ({
        query,
        passages: [text, ...negatives.map((negative) => negative.text)],
        labels: [1 as const, ...negatives.map(({ positive }) => (positive ? 1 : 0))],
        group,
        scores: [score, ...negatives.map((negative) => negative.score)],
      })),
    );
}
