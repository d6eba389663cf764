import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFloat16, encodeFloat16, fromFloat16, toFloat16 } from "../../src/math/float16.js";

describe("half precision", () => {
  it("reads back every one of its 65,536 values as the same bits", () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromFloat16(half);
      if (Number.isNaN(value)) expect(Number.isNaN(fromFloat16(toFloat16(value)))).toBe(true);
      else if (toFloat16(value) !== half) expect(toFloat16(value)).toBe(half);
    }
  });

  it("knows its landmarks", () => {
    const landmarks: [number, number][] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65519.99, 0x7bff],
      [65520, 0x7c00],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000], // a tie: to even
      [1.5 * 2 ** -25, 0x0001],
      [1 + 2 ** -11, 0x3c00], // a tie: to even
      [1 + 3 * 2 ** -11, 0x3c02],
      [-0, 0x8000],
      [Infinity, 0x7c00],
    ];
    for (const [value, half] of landmarks) expect([value, toFloat16(value)]).toEqual([value, half]);
  });

  it("rounds to the nearest value", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (double) => {
        const value = Math.fround(double);
        const half = toFloat16(value);
        const error = Math.abs(fromFloat16(half) - value);
        for (const neighbour of [half - 1, half + 1]) {
          if ((neighbour & 0x7fff) < 0x7c00 && neighbour >= 0) {
            expect(Math.abs(fromFloat16(neighbour) - value)).toBeGreaterThanOrEqual(error);
          }
        }
      }),
    );
  });

  it("is read and written many values at a time", () => {
    const halves = new Uint16Array(4);
    encodeFloat16([1, -2, 0.1], halves);
    expect([...halves]).toEqual([0x3c00, 0xc000, toFloat16(0.1), 0]);
    expect([...decodeFloat16(halves)]).toEqual([1, -2, fromFloat16(halves[2]), 0]);
  });
});
