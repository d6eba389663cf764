import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";
import { createDropout } from "../../src/train/loop/dropout.js";

const ones = (count: number): Float32Array => new Float32Array(count).fill(1);

describe("dropout", () => {
  it.each([0.002, 0.1, 0.5, 0.97])("drops a share of %d and leaves the rest", (rate) => {
    const values = ones(200_000);
    createDropout(rate)(values, createRandom(1));
    const kept = values.filter((value) => value !== 0);
    const deviation = Math.sqrt((rate * (1 - rate)) / values.length);
    expect(Math.abs(1 - kept.length / values.length - rate)).toBeLessThan(4 * deviation);
    expect(new Set(kept)).toEqual(new Set([1]));
  });

  it("drops each value independently: neighbours go together as often as chance has it", () => {
    const rate = 0.3;
    const values = ones(200_000);
    createDropout(rate)(values, createRandom(2));
    let both = 0;
    for (let i = 1; i < values.length; i++) if (values[i] === 0 && values[i - 1] === 0) both++;
    expect(both / values.length).toBeCloseTo(rate * rate, 2);
    // The first value has no special standing.
    let first = 0;
    const drop = createDropout(rate);
    const random = createRandom(3);
    for (let trial = 0; trial < 5_000; trial++) {
      const pair = ones(2);
      drop(pair, random);
      if (pair[0] === 0) first++;
    }
    expect(Math.abs(first / 5_000 - rate)).toBeLessThan(0.03);
  });

  it("is the same for the same seed", () => {
    const a = ones(1000);
    const b = ones(1000);
    createDropout(0.1)(a, createRandom("seed"));
    createDropout(0.1)(b, createRandom("seed"));
    expect(a).toEqual(b);
  });

  it("leaves everything at rate 0 and refuses a rate outside [0, 1)", () => {
    const values = Float32Array.of(3, 5);
    createDropout(0)(values, createRandom(1));
    expect(values).toEqual(Float32Array.of(3, 5));
    expect(() => createDropout(1)).toThrow(
      "trainMatrix: dropout must be a number >= 0 and < 1, received 1",
    );
  });
});
