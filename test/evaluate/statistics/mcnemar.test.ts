import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mcnemar, rightAtThreshold, signTest } from "../../../src/evaluate/statistics/mcnemar.js";

describe("signTest", () => {
  it("has SciPy's exact two-sided p-values", () => {
    const reference = JSON.parse(
      readFileSync(new URL("../../fixtures/evaluate/scikit-learn.json", import.meta.url), "utf8"),
    ) as { mcnemar: [number, number, number][] };
    for (const [b, c, p] of reference.mcnemar) {
      expect(signTest(b, c) / p).toBeCloseTo(1, 9);
      expect(signTest(c, b)).toBe(signTest(b, c));
    }
  });

  it("is never above 1, and 1 where the two are as many, none included", () => {
    expect(signTest(0, 0)).toBe(1);
    expect(signTest(7, 7)).toBe(1);
    // Twice the smaller half, 2 · P(at most 1 of 3), is just 1; of 2 to 1.
    expect(signTest(2, 1)).toBe(1);
    for (let n = 1; n < 40; n++) expect(signTest(n, n + 1)).toBeLessThanOrEqual(1);
  });
});

describe("mcnemar", () => {
  it("counts what was gained and lost, and takes p from these alone", () => {
    const before = [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1];
    const after = [0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1];
    expect(mcnemar(before, after)).toEqual({ gained: 6, lost: 1, p: signTest(6, 1) });
    expect(mcnemar(after, before)).toEqual({ gained: 1, lost: 6, p: signTest(6, 1) });
    // 2 · (1 + 7) / 2^7
    expect(signTest(6, 1)).toBeCloseTo(0.125, 14);
    expect(mcnemar([1], [1])).toEqual({ gained: 0, lost: 0, p: 1 });
  });

  it("refuses what is not right or wrong, on either side", () => {
    expect(() => mcnemar([1], [1, 0])).toThrow(
      "mcnemar: rightBefore and rightAfter must have the same length, received 1 and 2",
    );
    expect(() => mcnemar([1, 0.5], [1, 0])).toThrow(
      "mcnemar: rightBefore[1] must be 0 or 1, received 0.5",
    );
    expect(() => mcnemar([1, 0], [1, 2])).toThrow(
      "mcnemar: rightAfter[1] must be 0 or 1, received 2",
    );
  });
});

describe("rightAtThreshold", () => {
  it("accepts what scores above the threshold, not what reaches it", () => {
    expect([...rightAtThreshold([0.9, 0.6, 0.7, 0.1], [1, 1, 0, 0], 0.65)]).toEqual([1, 0, 0, 1]);
    expect([...rightAtThreshold([0.5, 0.5], [1, 0], 0.5)]).toEqual([0, 1]);
    expect([...rightAtThreshold([0.5, 0.5], [1, 0], -Infinity)]).toEqual([1, 0]);
  });

  it("refuses what it cannot judge, by name", () => {
    expect(() => rightAtThreshold([0.5], [1, 0], 0.5)).toThrow(
      "rightAtThreshold: scores and labels must have the same length, received 1 and 2",
    );
    expect(() => rightAtThreshold([NaN], [1], 0.5)).toThrow("rightAtThreshold: scores[0] must be");
    expect(() => rightAtThreshold([0.5], [2], 0.5)).toThrow("rightAtThreshold: labels[0] must be");
    expect(() => rightAtThreshold([0.5], [1], NaN)).toThrow(
      "rightAtThreshold: threshold must be a number, received NaN",
    );
  });
});
