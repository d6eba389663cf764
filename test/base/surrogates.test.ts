import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/sha256.js";
import { show } from "../../src/base/show.js";
import { cutText, isWellFormed, toWellFormed } from "../../src/base/text/surrogates.js";

/** Texts of units that are often halves of pairs. */
const units = fc
  .array(fc.constantFrom("a", "\ud83d", "\ude00", "\ufffd", "😀"), { maxLength: 12 })
  .map((parts) => parts.join(""));
const encodes = (text: string): boolean => {
  try {
    encodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

describe("a text with half a pair of surrogates", () => {
  it("is told from a whole one, and made whole without a change of length", () => {
    fc.assert(
      fc.property(units, (text) => {
        expect(isWellFormed(text)).toBe(encodes(text));
        expect(toWellFormed(text)).toHaveLength(text.length);
        expect(encodes(toWellFormed(text))).toBe(true);
      }),
    );
  });

  it("never shares its hash with another text", async () => {
    await fc.assert(
      fc.asyncProperty(units, units, async (one, other) => {
        const [a, b] = await sha256([one, other]);
        expect(a === b).toBe(one === other);
      }),
    );
  });

  it("is never what a cut makes of a whole one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, length) => {
        const cut = cutText(text, length);
        expect(text.startsWith(cut)).toBe(true);
        expect(encodes(cut)).toBe(encodes(text) || encodes(cut));
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(length, text.length) - 1);
      }),
    );
    expect(cutText("😀😀", 3)).toBe("😀");
    expect(cutText("😀", 0)).toBe("");
    for (let n = 40; n < 70; n++) expect(encodes(show("a".repeat(n) + "😀".repeat(40)))).toBe(true);
  });
});
