import fc from "fast-check";
import seedrandom from "seedrandom";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";

describe("a seeded source of random choices", () => {
  it("gives the same sequence for the same seed, number or text, and another for another", () => {
    const draw = (seed: string | number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    const alea = seedrandom.alea("1");
    expect(draw(1)).toEqual(Array.from({ length: 5 }, () => alea.quick()));
    expect(draw("1")).toEqual(draw(1));
    expect(draw("1/other")).not.toEqual(draw(1));
  });

  it("draws integers below a bound, each about as often", () => {
    const random = createRandom(1);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) counts[random.integer(6)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it("draws standard normal values", () => {
    const random = createRandom(1);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const beyond = values.filter((x) => Math.abs(x) > 1.96).length / values.length;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(0.005);
  });

  it("shuffles in place, every order about as often", () => {
    const random = createRandom(1);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const items = [0, 1, 2];
      expect(random.shuffle(items)).toBe(items);
      counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it("samples distinct integers, each as likely at each place", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer(), (bound, seed) => {
        const random = createRandom(seed);
        const drawn = random.sample(bound, random.integer(bound + 1));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((x) => Number.isInteger(x) && x >= 0 && x < bound)).toBe(true);
      }),
    );
    const random = createRandom(1);
    const first = new Array<number>(5).fill(0);
    for (let i = 0; i < 5000; i++) first[random.sample(5, 2)[0]]++;
    for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(120);
    expect(() => random.sample(3, 4)).toThrow(
      "Random.sample: count must be an integer from 0 to 3, received 4",
    );
  });
});
