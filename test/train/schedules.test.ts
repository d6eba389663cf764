import { describe, expect, it } from "vitest";
import {
  constant,
  cosineDecay,
  exponentialDecay,
  oneCycle,
  warmUp,
  type Schedule,
} from "../../src/train/loop/schedules.js";

const ratesOf = (schedule: Schedule, total: number): number[] =>
  Array.from({ length: total }, (_, step) => schedule(step, total).learningRate);

describe("schedules", () => {
  it("constant stays", () => {
    expect(ratesOf(constant(0.5), 3)).toEqual([0.5, 0.5, 0.5]);
  });

  it("cosine falls from the rate to the final rate, half-way in the middle", () => {
    const rates = ratesOf(cosineDecay(1, { finalRate: 0.2 }), 5);
    expect(rates[0]).toBe(1);
    expect(rates[2]).toBeCloseTo(0.6, 12);
    expect(rates[4]).toBeCloseTo(0.2, 12);
  });

  it("exponential falls by the same factor at every step", () => {
    const rates = ratesOf(exponentialDecay(1, { finalRate: 1 / 16 }), 5);
    for (const [i, rate] of [1, 0.5, 0.25, 0.125, 0.0625].entries()) {
      expect(rates[i]).toBeCloseTo(rate, 12);
    }
  });

  it("warm-up climbs in a straight line, then the schedule runs over the rest", () => {
    const rates = ratesOf(warmUp(cosineDecay(1), { share: 0.4 }), 10);
    for (const [i, rate] of [0.25, 0.5, 0.75, 1].entries()) expect(rates[i]).toBeCloseTo(rate, 12);
    expect(rates.slice(4)).toEqual(ratesOf(cosineDecay(1), 6));
  });

  it("one cycle without momentum leaves it to the optimiser", () => {
    const rates = oneCycle({ maxRate: 1, momentum: null })(0, 10);
    expect(rates.learningRate).toBeCloseTo(1 / 25, 12);
    expect(rates.momentum).toBeUndefined();
  });

  it("gives a finite rate above zero however few the steps", () => {
    for (const schedule of [oneCycle({ maxRate: 1 }), exponentialDecay(1), warmUp(constant(1))]) {
      for (const total of [1, 2, 3, 4]) {
        for (const rate of ratesOf(schedule, total)) {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it("refuses a rate that is no rate", () => {
    expect(() => oneCycle({ maxRate: 0 })).toThrow(
      "oneCycle: maxRate must be a number > 0, received 0",
    );
    expect(() => constant(NaN)).toThrow("received NaN");
    expect(() => warmUp(constant(1), { share: 1 })).toThrow(
      "warmUp: share must be a number >= 0 and < 1, received 1",
    );
  });
});
