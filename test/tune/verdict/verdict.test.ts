import { describe, expect, it } from "vitest";
import { gainOf } from "../../../src/tune/verdict/gain.js";
import { outcomesBy } from "../outcomes-by.js";
import { doubtOf, permutationOf, verdictOf } from "../../../src/tune/verdict/evidence.js";
import { labelsNeeded, labelsToHopeFor } from "../../../src/tune/verdict/labels-needed.js";
import { meanGain, standardErrorOfMean } from "../../../src/tune/verdict/units.js";
import { ranksLookRandom } from "../../../src/tune/verdict/unrelated.js";

const shown = {
  gain: { gain: 0.02, low: 0.004, high: 0.04 },
  peerGain: { gain: 0.01, low: 0.002, high: 0.02 },
  p: 0.01,
  units: 20,
  bestChange: null,
  unrelated: false,
};

describe("verdictOf", () => {
  it("says use it where interval, permutation test, size and groups agree", () => {
    expect(verdictOf(shown, 0.005)).toBe("use it");
  });

  it.each([
    ["the interval reaches zero", { ...shown, gain: { ...shown.gain, low: 0 } }, 0.005],
    [
      "the interval among peers reaches zero",
      { ...shown, peerGain: { ...shown.peerGain, low: 0 } },
      0.005,
    ],
    ["the permutation test does not agree", { ...shown, p: 0.051 }, 0.005],
    ["the gain is not worth having", shown, 0.021],
    ["labels look unrelated to passages", { ...shown, unrelated: true }, 0.005],
    ["there are fewer than twenty groups", { ...shown, units: 19 }, 0.005],
  ])("says not shown where %s", (_, evidence, leastGain) => {
    expect(verdictOf(evidence, leastGain)).toBe("not shown");
  });

  it("says leave it where the best change's whole interval lies below zero", () => {
    const none = { ...shown, gain: { gain: 0, low: 0, high: 0 }, p: 1 };
    const below = { gain: -0.02, low: -0.03, high: -0.001 };
    expect(verdictOf({ ...none, bestChange: below }, 0.005)).toBe("leave it");
    expect(verdictOf({ ...none, bestChange: { ...below, high: 0 } }, 0.005)).toBe("not shown");
  });
});

describe("doubtOf", () => {
  it.each([
    [{ ...shown, units: 12 }, "there are 12 groups of questions, fewer than 20"],
    [{ ...shown, p: 0.0614 }, "a permutation test finds it by chance too often (p 0.061)"],
    [
      { ...shown, gain: { gain: 0.004, low: 0.001, high: 0.01 } },
      "it is less than the 0.005 that is worth having",
    ],
    [shown, null],
    [{ ...shown, p: 0.9, gain: { ...shown.gain, low: 0 } }, null],
    [{ ...shown, p: 0.9, unrelated: true }, null],
  ])("says what speaks against intervals above zero", (evidence, words) => {
    expect(doubtOf(evidence, 0.005)).toBe(words);
  });
});

describe("what groups are worth", () => {
  // Ten groups of ten equal questions: a hundred values, but ten observations.
  const units = Uint32Array.from({ length: 100 }, (_, i) => Math.floor(i / 10));
  const before = new Float64Array(100);
  const after = Float64Array.from(units, (unit) => [0.3, -0.1, 0.2, 0.25, -0.15][unit % 5]);
  const alone = Uint32Array.from(units.keys());

  it("widens the interval by about the root of the group's size", () => {
    const of = (own: Uint32Array) =>
      gainOf(outcomesBy(before), outcomesBy(after), { metric: "mrr", units: own, seed: 1 });
    const [whole, apart] = [of(units), of(alone)];
    const ratio = (whole.high - whole.low) / (apart.high - apart.low);
    expect(ratio).toBeGreaterThan(2.4);
    expect(ratio).toBeLessThan(3.8);
    expect(whole.gain).toBeCloseTo(0.1, 12);
  });

  it("raises the permutation test's p", () => {
    expect(permutationOf(before, after, units, 1)).toBeGreaterThan(0.05);
    expect(permutationOf(before, after, alone, 1)).toBeLessThan(0.001);
  });

  it("gives the standard error of group means where groups are equal in size", () => {
    const means = [0.3, -0.1, 0.2, 0.25, -0.15, 0.3, -0.1, 0.2, 0.25, -0.15];
    const mean = 0.1;
    const variance = means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 9;
    expect(standardErrorOfMean(after, units)).toBeCloseTo(Math.sqrt(variance / 10), 12);
    const { gain, low, high } = meanGain(before, after, units);
    expect(gain).toBeCloseTo(0.1, 12);
    expect(high - gain).toBeCloseTo(1.96 * Math.sqrt(variance / 10), 12);
    expect(gain - low).toBeCloseTo(high - gain, 12);
  });
});

describe("labelsNeeded", () => {
  it("grows with the square of how far the interval has to shrink", () => {
    // ± .04 about .02: the interval must be half as wide, so four times the questions.
    expect(labelsNeeded({ gain: 0.02, low: -0.02, high: 0.06 }, 100, 100, 0.005)).toBe(400);
  });

  it("asks for twenty groups at least", () => {
    expect(labelsNeeded({ gain: 0.2, low: 0.19, high: 0.21 }, 10, 10, 0.005)).toBe(20);
  });

  it("is null where there is no gain, even if any would be worth having", () => {
    expect(labelsNeeded({ gain: 0, low: 0, high: 0 }, 100, 100, 0)).toBeNull();
    expect(labelsNeeded({ gain: 0, low: -0.1, high: 0.1 }, 100, 100, 0)).toBeNull();
    const perfect = new Float64Array(40).fill(1);
    expect(labelsToHopeFor(perfect, Uint32Array.from(perfect.keys()), 0)).toBeNull();
  });

  it("is null where the gain is not worth having", () => {
    expect(labelsNeeded({ gain: 0.004, low: -0.01, high: 0.02 }, 100, 100, 0.005)).toBeNull();
    expect(labelsNeeded({ gain: NaN, low: NaN, high: NaN }, 100, 100, 0.005)).toBeNull();
  });
});

describe("labelsToHopeFor", () => {
  const alone = (n: number): Uint32Array => Uint32Array.from({ length: n }).map((_, i) => i);

  it("asks for what shows a gain of .05 over the spread of the untouched figure", () => {
    // The spread is .25, so 99.3 labels by itself, and never fewer than count as few.
    const before = Float64Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 1 : 0.5));
    expect(labelsToHopeFor(before, alone(30), 0.005)).toEqual({ labels: 100, gain: 0.05 });
    const wide = Float64Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    // (1.96 · .5 / .05)² · 30 / 29.
    expect(labelsToHopeFor(wide, alone(30), 0.005)).toEqual({ labels: 398, gain: 0.05 });
  });

  it("hopes for less where little is missing, and not for less than is worth having", () => {
    const before = Float64Array.from({ length: 40 }, (_, i) => (i < 38 ? 1 : 0.2));
    expect(labelsToHopeFor(before, alone(40), 0.005)?.gain).toBeCloseTo(0.01, 12);
    expect(labelsToHopeFor(before, alone(40), 0.02)).toBeNull();
    expect(labelsToHopeFor(new Float64Array(40).fill(1), alone(40), 0.005)).toBeNull();
  });

  it("counts whole units, and cannot tell from one", () => {
    const before = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 1 : 0));
    const pairs = labelsToHopeFor(
      before,
      alone(40).map((i) => i >> 1),
      0.005,
    )!;
    const single = labelsToHopeFor(before, alone(40), 0.005)!;
    expect(pairs.labels / single.labels).toBeCloseTo(2 * (20 / 19) * (39 / 40), 2);
    expect(labelsToHopeFor(before, new Uint32Array(40), 0.005)?.labels).toBe(100);
  });
});

describe("ranksLookRandom", () => {
  const questions = Array.from({ length: 200 }, () => ({ relevant: [0] }));
  it("is true of ranks that are spread evenly", () => {
    const ranks = Float64Array.from(questions, (_, i) => 1 + ((i * 37) % 100));
    expect(ranksLookRandom(ranks, questions, 100)).toBe(true);
  });
  it("is false where matches come first more often than not", () => {
    const ranks = Float64Array.from(questions, (_, i) => 1 + ((i * 37) % 60));
    expect(ranksLookRandom(ranks, questions, 100)).toBe(false);
  });
  it("leaves out questions that every passage answers, and says nothing of them alone", () => {
    const all = questions.map(() => ({ relevant: [0] }));
    expect(ranksLookRandom(new Float64Array(200).fill(1), all, 1)).toBe(false);
    const mixed = questions.map((_, i) => ({ relevant: i % 2 === 0 ? [0] : [0, 1] }));
    const ranks = Float64Array.from(mixed, (_, i) => (i % 4 === 0 ? 1 : i % 4 === 2 ? 2 : 1));
    expect(ranksLookRandom(ranks, mixed, 2)).toBe(true);
    expect(ranksLookRandom(new Float64Array(200).fill(1), mixed, 2)).toBe(false);
  });
  it("counts how many matches a question has", () => {
    // The nearest of three random matches among 100 passages stands near a quarter of the way.
    const three = questions.map(() => ({ relevant: [0, 1, 2] }));
    const quantile = (u: number): number => 1 - (1 - u) ** (1 / 3);
    const ranks = Float64Array.from(
      three,
      (_, i) => 1 + Math.floor(97 * quantile((i + 0.5) / 200)),
    );
    expect(ranksLookRandom(ranks, three, 100)).toBe(true);
  });
});
