import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placesOf } from "../../src/base/text/places-of.js";

describe("placesOf", () => {
  it("finds every place, also inside the one before", () => {
    expect([...placesOf("ababa ba", "aba")]).toEqual([0, 2]);
    expect([...placesOf("ab", "abc")]).toEqual([]);
  });

  it("finds what comparing at each place finds, however the part repeats itself", () => {
    const text = (maxLength: number): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom("a", "a", "a", "b"), { maxLength }).map((all) => all.join(""));
    fc.assert(
      fc.property(text(6), text(9), fc.integer({ min: 1, max: 30 }), (a, b, times) => {
        const whole = a.repeat(times) + b + a.repeat(times);
        const part = `a${a.repeat(times >> 1)}${b}`; // long enough that places are many
        const places = Array.from({ length: whole.length }, (_, at) => at);
        expect([...placesOf(whole, part)]).toEqual(
          places.filter((at) => whole.startsWith(part, at)),
        );
      }),
    );
  });
});
