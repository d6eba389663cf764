import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { averagePrecision, rocAuc } from "embedtune/evaluate";
import { scored } from "./arbitraries.js";

const bothLabels = scored({ minLength: 2 }).filter(
  ({ labels }) => labels.includes(0) && labels.includes(1),
);

describe("rocAuc", () => {
  it("is the share of positive-negative pairs in the right order, ties counting half", () => {
    fc.assert(
      fc.property(bothLabels, ({ scores, labels }) => {
        let won = 0;
        let pairs = 0;
        for (const [i, a] of scores.entries()) {
          for (const [j, b] of scores.entries()) {
            if (labels[i] !== 1 || labels[j] !== 0) continue;
            pairs++;
            won += a > b ? 1 : a === b ? 0.5 : 0;
          }
        }
        expect(rocAuc(scores, labels)).toBe(won / pairs);
      }),
    );
  });

  it("does not change under a strictly increasing map of the scores", () => {
    fc.assert(
      fc.property(bothLabels, ({ scores, labels }) => {
        const mapped = scores.map((score) => Math.exp(3 * score) - 7);
        expect(rocAuc(mapped, labels)).toBe(rocAuc(scores, labels));
        expect(averagePrecision(mapped, labels)).toBe(averagePrecision(scores, labels));
      }),
    );
  });

  it("does not depend on the order of the input, whatever the ties", () => {
    fc.assert(
      fc.property(bothLabels, ({ scores, labels }) => {
        const turned = [[...scores].reverse(), [...labels].reverse()] as const;
        expect(rocAuc(...turned)).toBe(rocAuc(scores, labels));
        expect(averagePrecision(...turned)).toBe(averagePrecision(scores, labels));
      }),
    );
  });

  it("turns into its complement when the scores are negated", () => {
    fc.assert(
      fc.property(bothLabels, ({ scores, labels }) => {
        const negated = scores.map((score) => -score);
        expect(rocAuc(negated, labels)).toBeCloseTo(1 - rocAuc(scores, labels), 12);
      }),
    );
  });

  it("refuses a set in which one label does not occur", () => {
    expect(() => rocAuc([0.1, 0.2], [1, 1])).toThrow(
      "rocAuc: labels must hold both 0 and 1, received only 1",
    );
    expect(() => rocAuc([0.1, 0.2], [0, 0])).toThrow(
      "rocAuc: labels must hold both 0 and 1, received only 0",
    );
    expect(() => averagePrecision([0.1, 0.2], [0, 0])).toThrow(
      "averagePrecision: labels must hold a 1, received only 0",
    );
    expect(averagePrecision([0.1, 0.2], [1, 1])).toBe(1);
  });
});
