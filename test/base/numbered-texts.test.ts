import { expect, it } from "vitest";
import { createNumberedTexts } from "../../src/base/numbered-texts.js";

it("numbers distinct texts in the order in which they first come", () => {
  const numbered = createNumberedTexts();
  expect(["b", "a", "b", "", "a"].map((text) => numbered.add(text))).toEqual([0, 1, 0, 2, 1]);
  expect(numbered.texts).toEqual(["b", "a", ""]);
  expect([numbered.numberOf("a"), numbered.numberOf("c")]).toEqual([1, undefined]);
});
