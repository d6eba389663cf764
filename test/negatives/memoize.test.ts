import { describe, expect, it } from "vitest";
import { memoize } from "../../src/negatives/memoize.js";

describe("memoize", () => {
  it("works out each text once, until there are too many", () => {
    const asked: string[] = [];
    const length = memoize((text) => {
      asked.push(text);
      return text.length;
    }, 2);
    expect(["a", "bb", "a", "ccc", "a"].map(length)).toEqual([1, 2, 1, 3, 1]);
    expect(asked).toEqual(["a", "bb", "ccc", "a"]);
  });
});
