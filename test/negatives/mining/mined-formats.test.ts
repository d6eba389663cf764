import { describe, expect, it } from "vitest";
import {
  mineHardNegatives,
  type MinedNegatives,
} from "../../../src/negatives/mining/mine-hard-negatives.js";
import {
  toLabelledLists,
  toLabelledPairs,
  toTriplets,
  toTuples,
} from "../../../src/negatives/mining/mined-formats.js";
import { gold, tableIndex } from "../support.js";

const scores = { A: 0.9, B: 0.8, C: 0.7, D: 0.6, E: 0.5 };

describe("what mining gives", () => {
  const pairs = [gold("q", "A", "page"), gold("q", "B", "page"), gold("r", "C", "other")];
  const mined = (): Promise<MinedNegatives> =>
    mineHardNegatives(pairs, tableIndex(scores), { numNegatives: 3, minScore: 0.55, rangeMax: 4 });

  it("becomes labelled pairs: a query's positives, then its negatives, each with its score", async () => {
    expect(toLabelledPairs(await mined(), { kind: "nearest" })).toEqual([
      { query: "q", passage: "A", label: 1, group: "page", kind: "gold", score: 0.9 },
      { query: "q", passage: "B", label: 1, group: "page", kind: "gold", score: 0.8 },
      { query: "q", passage: "C", label: 0, group: "page", kind: "nearest", score: 0.7 },
      { query: "q", passage: "D", label: 0, group: "page", kind: "nearest", score: 0.6 },
      { query: "r", passage: "C", label: 1, group: "other", kind: "gold", score: 0.7 },
      { query: "r", passage: "A", label: 0, group: "other", kind: "nearest", score: 0.9 },
      { query: "r", passage: "B", label: 0, group: "other", kind: "nearest", score: 0.8 },
      { query: "r", passage: "D", label: 0, group: "other", kind: "nearest", score: 0.6 },
    ]);
  });

  it("becomes triplets: every positive with every negative", async () => {
    const triplets = toTriplets(await mined());
    expect(triplets.map((t) => `${t.query}${t.positive}${t.negative}`)).toEqual([
      "qAC",
      "qAD",
      "qBC",
      "qBD",
      "rCA",
      "rCB",
      "rCD",
    ]);
    expect(triplets[2]).toEqual({
      query: "q",
      positive: "B",
      negative: "C",
      group: "page",
      positiveScore: 0.8,
      negativeScore: 0.7,
    });
  });

  it("becomes tuples of one length, leaving out queries with too few negatives", async () => {
    expect(toTuples(await mined(), 3)).toEqual([
      {
        query: "r",
        positive: "C",
        negatives: ["A", "B", "D"],
        group: "other",
        scores: [0.7, 0.9, 0.8, 0.6],
      },
    ]);
    expect(toTuples(await mined(), 2)).toHaveLength(3);
  });

  it("becomes labelled lists of any length", async () => {
    expect(toLabelledLists(await mined())).toEqual([
      {
        query: "q",
        passages: ["A", "C", "D"],
        labels: [1, 0, 0],
        group: "page",
        scores: [0.9, 0.7, 0.6],
      },
      {
        query: "q",
        passages: ["B", "C", "D"],
        labels: [1, 0, 0],
        group: "page",
        scores: [0.8, 0.7, 0.6],
      },
      {
        query: "r",
        passages: ["C", "A", "B", "D"],
        labels: [1, 0, 0, 0],
        group: "other",
        scores: [0.7, 0.9, 0.8, 0.6],
      },
    ]);
  });

  it("never takes a positive of a full ranking for a negative: in no triplet, tuple, list or pair", async () => {
    const ranking = await mineHardNegatives(pairs, tableIndex(scores), { includePositives: true });
    // The ranking of q is A, B and C, of which only C is wrong; of r it is A, B and C, its own.
    expect(toTriplets(ranking).map((t) => t.query + t.positive + t.negative)).toEqual([
      "qAC",
      "qBC",
      "rCA",
      "rCB",
    ]);
    expect(toTuples(ranking, 1).map((t) => t.negatives.join(""))).toEqual(["C", "C", "A"]);
    expect(toTuples(ranking, 3)).toEqual([]);
    expect(toLabelledLists(ranking).map(({ passages, labels }) => [passages, labels])).toEqual([
      [
        ["A", "B", "C"],
        [1, 1, 0],
      ],
      [
        ["B", "A", "C"],
        [1, 1, 0],
      ],
      [
        ["C", "A", "B"],
        [1, 0, 0],
      ],
    ]);
    const zeros = toLabelledPairs(ranking).filter(({ label }) => label === 0);
    expect(zeros.map(({ query, passage }) => query + passage)).toEqual(["qC", "rA", "rB"]);
  });
});
