import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expOfNegative } from "../../src/math/exponential.js";

describe("expOfNegative", () => {
  it("is e^x to 1e-10 of its value", () => {
    fc.assert(
      fc.property(fc.double({ min: -43, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expOfNegative(x) / Math.exp(x) - 1)).toBeLessThan(1e-10);
      }),
    );
  });

  it("is 1 at 0, 0 far below, and NaN of what is none", () => {
    expect([expOfNegative(0), expOfNegative(-0)]).toEqual([1, 1]);
    expect([expOfNegative(-50), expOfNegative(-Infinity)]).toEqual([0, 0]);
    expect(expOfNegative(NaN)).toBeNaN();
  });
});
