import { describe, expect, it } from "vitest";
import { fromRows } from "../../src/math/matrix.js";
import { contrastive } from "../../src/train/losses/contrastive.js";
import { cosent } from "../../src/train/losses/cosent.js";
import { cosineMse } from "../../src/train/losses/cosine-mse.js";
import { infoNce } from "../../src/train/losses/info-nce.js";
import type { LossBatch } from "../../src/train/losses/loss.js";
import { matryoshka } from "../../src/train/losses/matryoshka.js";
import { tripletMargin } from "../../src/train/losses/triplet.js";
import { columns } from "./shared.js";

/** Unit vectors at the given angles from the first axis: cosines are those of the differences. */
const at = (...degrees: number[]): ReturnType<typeof fromRows> =>
  fromRows(
    degrees.map((degree) => [
      2 * Math.cos((degree * Math.PI) / 180),
      2 * Math.sin((degree * Math.PI) / 180),
    ]),
  );

// Cosines: 0.5, 0, 1, -0.5.
const pairs: LossBatch = {
  queries: at(0),
  passages: at(60, 90, 0, 120),
  pairs: columns([
    [0, 0, 1],
    [0, 1, 0],
    [0, 2, 1],
    [0, 3, 0],
  ]),
};

describe("losses over labelled pairs", () => {
  it("cosine MSE is the mean squared distance to the target of the label", () => {
    expect(cosineMse().evaluate(pairs)).toBeCloseTo((0.25 + 0 + 0 + 0.25) / 4, 6);
    expect(cosineMse({ targets: [-1, 1] }).evaluate(pairs)).toBeCloseTo(
      (0.25 + 1 + 0 + 0.25) / 4,
      6,
    );
  });

  it("contrastive pulls matches and pushes non-matches inside the margin", () => {
    // Distances .5, 1, 0, 1.5; margin 1.2 reaches the second alone.
    expect(contrastive({ margin: 1.2 }).evaluate(pairs)).toBeCloseTo((0.25 / 2 + 0.04 / 2) / 4, 6);
  });

  it("CoSENT equals the sum over all matches and non-matches", () => {
    const tau = 0.25;
    let sum = 1;
    for (const match of [0.5, 1]) {
      for (const other of [0, -0.5]) sum += Math.exp((other - match) / tau);
    }
    expect(cosent({ temperature: tau }).evaluate(pairs)).toBeCloseTo(Math.log(sum), 6);
  });

  it("CoSENT has nothing to say about a batch of one class", () => {
    const matches = { ...pairs, pairs: columns([[0, 0, 1]]) };
    expect(cosent().evaluate(matches)).toBe(0);
  });
});

describe("losses over rankings", () => {
  const ranked: LossBatch = {
    queries: at(0, 90),
    passages: at(0, 90, 60),
    pairs: columns([
      [0, 0, 1],
      [1, 1, 1],
      [0, 2, 0],
    ]),
  };

  it("InfoNCE compares a match with its mined negatives and all other passages of the batch", () => {
    const tau = 0.5;
    const term = (own: number, ...others: number[]): number =>
      -Math.log(
        Math.exp(own / tau) /
          [own, ...others].reduce((sum, cosine) => sum + Math.exp(cosine / tau), 0),
      );
    const expected = (term(1, 0, 0.5) + term(1, 0, Math.sqrt(3) / 2)) / 2;
    expect(infoNce({ temperature: tau }).evaluate(ranked)).toBeCloseTo(expected, 5);
  });

  it("takes no known match for a negative, be it another match or a duplicate", () => {
    const masked = {
      ...ranked,
      knownMatches: { query: Uint32Array.of(0, 1), passage: Uint32Array.of(1, 0) },
    };
    const alone = {
      queries: ranked.queries,
      passages: ranked.passages,
      pairs: ranked.pairs,
    };
    const loss = infoNce({ temperature: 0.5 });
    expect(loss.evaluate(masked)).toBeLessThan(loss.evaluate(alone));
    // With every other passage masked there is nothing to tell apart.
    const onlyMatches = {
      ...ranked,
      knownMatches: { query: Uint32Array.of(0, 0, 1, 1), passage: Uint32Array.of(1, 2, 0, 2) },
    };
    expect(loss.evaluate(onlyMatches)).toBeCloseTo(0, 6);
    expect(tripletMargin().evaluate(onlyMatches)).toBe(0);
  });

  it("triplet margin counts how far each negative is inside the margin", () => {
    // Query 0: match 1, mined .5, in-batch 0. Query 1: match 1, in-batch 0 and √3/2.
    const margin = 0.7;
    const mined = 0.2;
    const second = margin - 1 + Math.sqrt(3) / 2;
    const loss = (negatives: "mined" | "all" | "hardest"): number =>
      tripletMargin({ margin, negatives }).evaluate(ranked);
    expect(loss("mined")).toBeCloseTo(mined, 5);
    expect(loss("all")).toBeCloseTo((mined + second) / 4, 5);
    expect(loss("hardest")).toBeCloseTo((mined + second) / 2, 5);
  });
});

describe("Matryoshka", () => {
  it("is the weighted mean of the loss over leading columns", () => {
    const batch: LossBatch = {
      queries: fromRows([[1, 0, 1]]),
      passages: fromRows([[1, 1, 0]]),
      pairs: columns([[0, 0, 1]]),
    };
    const loss = (size: number): number =>
      cosineMse().evaluate({
        ...batch,
        queries: fromRows([[1, 0, 1].slice(0, size)]),
        passages: fromRows([[1, 1, 0].slice(0, size)]),
      });
    const wrapped = matryoshka(cosineMse(), { sizes: [1, 2, 3], weights: [0, 1, 3] });
    expect(wrapped.evaluate(batch)).toBeCloseTo((loss(2) + 3 * loss(3)) / 4, 10);
  });

  it("refuses sizes that are not there", () => {
    expect(() => matryoshka(cosineMse(), { sizes: [] })).toThrow("at least one size");
    expect(() => matryoshka(cosineMse(), { sizes: [4] }).evaluate(pairs)).toThrow(
      "matryoshka: sizes[0] must be at most the 2 output dimensions, received 4",
    );
    expect(() => matryoshka(cosineMse(), { sizes: [1], weights: [1, 2] })).toThrow(
      "matryoshka: sizes and weights must have the same length, received 1 and 2",
    );
  });
});

describe("options of losses", () => {
  it("are checked by name", () => {
    expect(() => infoNce({ temperature: 0 })).toThrow("infoNce: temperature must be a number > 0");
    expect(() => cosent({ temperature: NaN })).toThrow("cosent: temperature must be a number > 0");
    expect(() => contrastive({ margin: -1 })).toThrow("contrastive: margin must be a number > 0");
    expect(() => tripletMargin({ margin: 0 })).toThrow(
      "tripletMargin: margin must be a number > 0",
    );
  });
});
