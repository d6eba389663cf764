import { describe, expect, it } from "vitest";
import { findNearTexts } from "../../../src/data/texts/near-texts.js";

const long = "how do i change the address that is printed on my monthly invoice for the company";

describe("findNearTexts", () => {
  it("finds texts that differ in case, white space and form alone", () => {
    const { first, count } = findNearTexts([
      "Reset  Password",
      "other",
      "reset password",
      "ｒeset password",
    ]);
    expect([...first]).toEqual([0, 1, 0, 0]);
    expect(count).toBe(3);
  });

  it("finds texts that share four fifths of their runs of three words, through others too", () => {
    const texts = [
      "else",
      long,
      `${long} please`,
      `${long} please now`,
      long.replace("monthly", ""),
    ];
    expect([...findNearTexts(texts).first]).toEqual([0, 1, 1, 1, 4]);
  });

  it("leaves short questions about different things apart", () => {
    const texts = ["who won in 2010", "who won in 2011", "cancel", "cancel plan"];
    expect(findNearTexts(texts)).toEqual({ first: Uint32Array.of(0, 1, 2, 3), count: 0 });
  });

  it("takes no texts, and texts without a word", () => {
    expect(findNearTexts([])).toEqual({ first: new Uint32Array(0), count: 0 });
    expect([...findNearTexts(["?", "!", "?!"]).first]).toEqual([0, 1, 2]);
  });
});
