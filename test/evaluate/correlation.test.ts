import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGradedPairs, pearson, spearman } from "embedtune/evaluate";
import cases from "../fixtures/evaluate/correlation.json" with { type: "json" };

describe("evaluateGradedPairs", () => {
  it.each(cases)("agrees with SciPy: $name", ({ scores, grades, ...reference }) => {
    const result = evaluateGradedPairs(scores, grades);
    expect(result.n).toBe(scores.length);
    expect(result.pearson).toBeCloseTo(reference.pearson, 9);
    expect(result.spearman).toBeCloseTo(reference.spearman, 9);
    expect(pearson(scores, grades)).toBe(result.pearson);
    expect(spearman(scores, grades)).toBe(result.spearman);
  });

  it("is the same for any rising map of the scores, in ranks; and of equal scores, in whatever order", () => {
    const column = fc.array(
      fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 5 })),
      {
        minLength: 3,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(column, (pairs) => {
        const scores = pairs.map(([score]) => score);
        const grades = pairs.map(([, grade]) => grade);
        fc.pre(new Set(scores).size > 1 && new Set(grades).size > 1);
        const risen = scores.map((score) => Math.exp(score) + score);
        expect(spearman(risen, grades)).toBe(spearman(scores, grades));
        const turned = evaluateGradedPairs(scores.toReversed(), grades.toReversed());
        const straight = evaluateGradedPairs(scores, grades);
        expect(turned.spearman).toBeCloseTo(straight.spearman, 12);
        expect(turned.pearson).toBeCloseTo(straight.pearson, 12);
        expect(pearson(scores, scores)).toBeCloseTo(1, 12);
      }),
    );
  });

  it("holds at the ends of what numbers can hold", () => {
    expect(pearson([1e308, -1e308, 0], [1, -1, 0])).toBeCloseTo(1, 12);
    expect(pearson([5e-324, 0, 1e-323], [1, 0, 2])).toBeCloseTo(1, 12);
  });

  it("refuses by name what correlates with nothing", () => {
    expect(() => evaluateGradedPairs([1, 1], [0, 1])).toThrow(
      "evaluateGradedPairs: scores must not all be the same, received 1 alone",
    );
    expect(() => evaluateGradedPairs([1, 2], [3, 3])).toThrow("grades must not all be the same");
    expect(() => evaluateGradedPairs([1], [1])).toThrow("scores must hold at least 2 numbers");
    expect(() => evaluateGradedPairs([1, NaN], [1, 2])).toThrow(
      "scores[1] must be a finite number",
    );
    expect(() => spearman([1, 2], [1])).toThrow("spearman: a and b must have the same length");
  });
});
