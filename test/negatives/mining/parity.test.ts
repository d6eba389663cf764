import { describe, expect, it } from "vitest";
import { fromRows } from "../../../src/math/matrix.js";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import type { MiningOptions } from "../../../src/negatives/mining/mining-options.js";
import { miningTexts } from "../../../src/negatives/mining/mining-texts.js";
import { createVectorIndex } from "../../../src/negatives/indexes/vector-index.js";
import { gold } from "../support.js";

/**
 * Cases of sentence-transformers' `mine_hard_negatives`, worked by hand from what its documentation says of each option
 * (https://sbert.net/docs/package_reference/util/hard_negatives.html). One query; its cosine to each passage:
 */
const cosines = {
  A: 0.95,
  B: 0.85,
  P: 0.8,
  C: 0.79,
  D: 0.76,
  E: 0.7,
  Q: 0.6,
  F: 0.5,
  G: 0.3,
  H: 0.1,
};

/** What of it the case shows; the positives; the options; the passages that must come out, in order. */
type Case = readonly [what: string, positives: string, options: MiningOptions, negatives: string];

const cases: readonly Case[] = [
  ["num_negatives is 3 by default", "P", {}, "ABC"],
  ["num_negatives", "P", { numNegatives: 5 }, "ABCDE"],
  ["range_min skips the nearest", "P", { rangeMin: 2 }, "CDE"],
  ["range_max bounds the ranks", "P", { rangeMax: 2, numNegatives: 2 }, "AB"],
  ["range_min with range_max", "P", { rangeMin: 1, rangeMax: 3, numNegatives: 2 }, "BC"],
  ["max_score", "P", { maxScore: 0.8 }, "CDE"],
  ["max_score itself is allowed", "P", { maxScore: 0.79 }, "CDE"],
  ["min_score", "P", { minScore: 0.8 }, "AB"],
  ["min_score itself is allowed", "P", { minScore: 0.85 }, "AB"],
  ["absolute_margin 0: no negative above the positive", "P", { absoluteMargin: 0 }, "CDE"],
  ["absolute_margin 0.1: at most 0.7", "P", { absoluteMargin: 0.1 }, "EQF"],
  ["relative_margin 0.05: at most 95 % of 0.8", "P", { relativeMargin: 0.05 }, "DEQ"],
  ["relative_margin 0.5: at most half of 0.8", "P", { relativeMargin: 0.5 }, "GH"],
  ["several positives: none is mined", "PQ", { numNegatives: 6 }, "ABCDEF"],
  ["several positives: the margin is to the lowest", "PQ", { absoluteMargin: 0 }, "FGH"],
  ["range_min counts what the margin left", "P", { rangeMin: 1, relativeMargin: 0.05 }, "EQF"],
  ["a low range_max may leave nothing to a margin", "P", { rangeMax: 3, relativeMargin: 0.05 }, ""],
  [
    "both margins and both bounds",
    "P",
    { absoluteMargin: 0.02, relativeMargin: 0.05, maxScore: 0.75, minScore: 0.4, numNegatives: 9 },
    "EQF",
  ],
  [
    "include_positives keeps the ranking whole",
    "P",
    { includePositives: true, numNegatives: 4 },
    "ABPC",
  ],
  [
    "random sampling of all there is",
    "P",
    { samplingStrategy: "random", numNegatives: 3, rangeMin: 1, rangeMax: 4 },
    "BCD",
  ],
  [
    "positive-aware percentage, our name for 1 - relative_margin",
    "P",
    { positivePercentage: 95 },
    "DEQ",
  ],
];

describe("mineHardNegatives, beside mine_hard_negatives", () => {
  const passages = Object.keys(cosines);
  const vectors = {
    queries: fromRows([[2, 0]]),
    passages: fromRows(Object.values(cosines).map((c) => [3 * c, 3 * Math.sqrt(1 - c * c)])),
  };

  it.each(cases)("%s", async (_, positives, options, negatives) => {
    const pairs = Array.from(positives, (passage) => gold("query", passage));
    const texts = miningTexts(pairs, { corpus: passages });
    expect(texts).toEqual({ queries: ["query"], passages });
    const mined = await mineHardNegatives(pairs, createVectorIndex(texts, vectors), options);
    expect(mined.queries[0].negatives.map(({ text }) => text).join("")).toBe(negatives);
  });
});
