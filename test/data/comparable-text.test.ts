import { expect, it } from "vitest";
import { comparableText } from "../../src/data/split/comparable-text.js";

it("makes equal what differs only in case, white space and Unicode form", () => {
  expect(comparableText(" The\u00a0Cafe\u0301\n ")).toBe(comparableText("the caf\u00e9"));
});
