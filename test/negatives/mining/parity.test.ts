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

interface Case {
  readonly what: string;
  readonly positives: readonly string[];
  readonly options: MiningOptions;
  readonly negatives: string;
}

const cases: readonly Case[] = [
  { what: "num_negatives is 3 by default", positives: ["P"], options: {}, negatives: "ABC" },
  { what: "num_negatives", positives: ["P"], options: { numNegatives: 5 }, negatives: "ABCDE" },
  {
    what: "range_min skips the nearest",
    positives: ["P"],
    options: { rangeMin: 2 },
    negatives: "CDE",
  },
  {
    what: "range_max bounds the ranks",
    positives: ["P"],
    options: { rangeMax: 2 },
    negatives: "AB",
  },
  {
    what: "range_min with range_max",
    positives: ["P"],
    options: { rangeMin: 1, rangeMax: 3 },
    negatives: "BC",
  },
  { what: "max_score", positives: ["P"], options: { maxScore: 0.8 }, negatives: "CDE" },
  {
    what: "max_score itself is allowed",
    positives: ["P"],
    options: { maxScore: 0.79 },
    negatives: "CDE",
  },
  { what: "min_score", positives: ["P"], options: { minScore: 0.8 }, negatives: "AB" },
  {
    what: "min_score itself is allowed",
    positives: ["P"],
    options: { minScore: 0.85 },
    negatives: "AB",
  },
  {
    what: "absolute_margin 0: no negative above the positive",
    positives: ["P"],
    options: { absoluteMargin: 0 },
    negatives: "CDE",
  },
  {
    what: "absolute_margin 0.1: at most 0.7",
    positives: ["P"],
    options: { absoluteMargin: 0.1 },
    negatives: "EQF",
  },
  {
    what: "relative_margin 0.05: at most 95 % of 0.8",
    positives: ["P"],
    options: { relativeMargin: 0.05 },
    negatives: "DEQ",
  },
  {
    what: "relative_margin 0.5: at most half of 0.8",
    positives: ["P"],
    options: { relativeMargin: 0.5 },
    negatives: "GH",
  },
  {
    what: "several positives: none is mined",
    positives: ["P", "Q"],
    options: { numNegatives: 6 },
    negatives: "ABCDEF",
  },
  {
    what: "several positives: the margin is to the lowest",
    positives: ["P", "Q"],
    options: { absoluteMargin: 0 },
    negatives: "FGH",
  },
  {
    what: "range_min counts what the margin left",
    positives: ["P"],
    options: { rangeMin: 1, relativeMargin: 0.05 },
    negatives: "EQF",
  },
  {
    what: "a low range_max may leave nothing to a margin",
    positives: ["P"],
    options: { rangeMax: 3, relativeMargin: 0.05 },
    negatives: "",
  },
  {
    what: "both margins and both bounds",
    positives: ["P"],
    options: {
      absoluteMargin: 0.02,
      relativeMargin: 0.05,
      maxScore: 0.75,
      minScore: 0.4,
      numNegatives: 9,
    },
    negatives: "EQF",
  },
  {
    what: "include_positives keeps the ranking whole",
    positives: ["P"],
    options: { includePositives: true, numNegatives: 4 },
    negatives: "ABPC",
  },
  {
    what: "random sampling of all there is",
    positives: ["P"],
    options: { samplingStrategy: "random", numNegatives: 3, rangeMin: 1, rangeMax: 4 },
    negatives: "BCD",
  },
  {
    what: "positive-aware percentage, our name for 1 - relative_margin",
    positives: ["P"],
    options: { positivePercentage: 95 },
    negatives: "DEQ",
  },
];

describe("mineHardNegatives, beside mine_hard_negatives", () => {
  const passages = Object.keys(cosines);
  const vectors = {
    queries: fromRows([[2, 0]]),
    passages: fromRows(Object.values(cosines).map((c) => [3 * c, 3 * Math.sqrt(1 - c * c)])),
  };

  it.each(cases)("$what", async ({ positives, options, negatives }) => {
    const pairs = positives.map((passage) => gold("query", passage));
    const texts = miningTexts(pairs, { corpus: passages });
    expect(texts).toEqual({ queries: ["query"], passages });
    const mined = await mineHardNegatives(pairs, createVectorIndex(texts, vectors), options);
    expect(mined.queries[0].negatives.map(({ text }) => text).join("")).toBe(negatives);
  });
});
