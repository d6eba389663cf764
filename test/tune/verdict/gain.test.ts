import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { pairedBootstrap } from "embedtune/evaluate";
import { changeOf, gainOf } from "../../../src/tune/verdict/gain.js";
import { outcomesBy } from "../outcomes-by.js";

const values = (n: number, value: (i: number) => number): number[] =>
  Array.from({ length: n }, (_, i) => value(i));
const alone = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

describe("the interval of a gain", () => {
  it("is that of a bootstrap with two questions more, one that gains all and one that loses it", () => {
    const n = 40;
    const before = values(n, (i) => 1 / (1 + (i % 4)));
    const after = values(n, (i) => 1 / (1 + (i % 3)));
    const { gain, low, high } = gainOf(outcomesBy(before), outcomesBy(after), {
      ...{ metric: "mrr", units: alone(n), seed: 1 },
    });
    const { interval } = pairedBootstrap([...before, 0, 1], [...after, 1, 0], { seed: 1 });
    expect(low).toBeCloseTo(interval[0], 12);
    expect(high).toBeCloseTo(interval[1], 12);
    expect(gain).toBeCloseTo(
      (after.reduce((a, b) => a + b) - before.reduce((a, b) => a + b)) / n,
      12,
    );
  });

  it("has a width where no question of a few changed its rank, and nearly none where many did not", () => {
    const still = (n: number) =>
      gainOf(outcomesBy(values(n, () => 1)), outcomesBy(values(n, () => 1)), {
        ...{ metric: "mrr", units: alone(n), seed: 1 },
      });
    expect(still(30)).toMatchObject({ gain: 0 });
    expect(still(30).low).toBeLessThan(-0.05);
    expect(still(30).high).toBeGreaterThan(0.05);
    expect(still(1000).high).toBeLessThan(0.004);
  });

  it("is nothing where it is the same map twice", () => {
    const own = outcomesBy(values(30, (i) => 1 / (1 + i)));
    const change = changeOf(own, own, { metric: "mrr", units: alone(30), seed: 1 });
    expect(change).toMatchObject({ gain: 0, low: 0, high: 0 });
    expect(change.after).toBe(change.before);
  });

  it("holds the true gain of skewed changes at 30 questions about as often as it says", () => {
    // One question in eight is lifted from the tenth place or so to the first, one in forty falls.
    const random = createRandom("skewed");
    const truth = 0.85 / 8 - 0.5 / 40;
    let inside = 0;
    for (let run = 0; run < 400; run++) {
      const changes = values(30, () => {
        const u = random.next();
        return u < 1 / 8 ? 0.85 : u < 1 / 8 + 1 / 40 ? -0.5 : 0;
      });
      const before = changes.map((change) => (change > 0 ? 0.1 : 1));
      const after = before.map((value, i) => value + changes[i]);
      const { low, high } = gainOf(outcomesBy(before), outcomesBy(after), {
        ...{ metric: "mrr", units: alone(30), seed: run, resamples: 400 },
      });
      if (low <= truth && truth <= high) inside++;
    }
    expect(inside / 400).toBeGreaterThan(0.93);
  });
});

describe("a gain of some of the labelled questions", () => {
  // Hard ones gain what they miss but for some noise; the judged are every tenth, and harder than the rest by their draw.
  const random = createRandom("double sampling");
  const all = values(2000, () => (random.next() < 0.7 ? 1 : 0.2));
  const picked = [...all.keys()].filter((i) => i % 10 === (all[i] < 1 ? 0 : 1)).slice(0, 200);
  const own = picked.map((i) => all[i]);
  const after = own.map((value) => Math.min(1, value + (1 - value) * (0.7 + 0.2 * random.next())));
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b) / list.length;
  const judged = outcomesBy(own);
  const options = { metric: "mrr", units: alone(own.length), seed: 1 } as const;
  const known = { outcomes: outcomesBy(all), units: alone(2000), judged };

  it("is brought to all of them by least squares on the untouched figure", () => {
    const change = changeOf(judged, outcomesBy(after), { ...options, all: known });
    const d = after.map((value, i) => value - own[i]);
    const cross = mean(own.map((u, i) => (u - mean(own)) * (d[i] - mean(d))));
    const slope = cross / mean(own.map((u) => (u - mean(own)) ** 2));
    expect(change.gain).toBeCloseTo(mean(d) - slope * (mean(own) - mean(all)), 12);
    expect(change.before).toBeCloseTo(mean(all), 12);
    expect(change.after).toBeCloseTo(change.before + change.gain, 12);
  });

  it("is known more narrowly, yet not as if the mean of all were certain", () => {
    const width = ({ low, high }: { low: number; high: number }): number => high - low;
    const plain = gainOf(judged, outcomesBy(after), options);
    const adjusted = gainOf(judged, outcomesBy(after), { ...options, all: known });
    expect(width(adjusted)).toBeLessThan(0.8 * width(plain));
    const fewer = { ...known, outcomes: outcomesBy(all.slice(0, 250)), units: alone(250) };
    expect(width(gainOf(judged, outcomesBy(after), { ...options, all: fewer }))).toBeGreaterThan(
      1.2 * width(adjusted),
    );
  });

  it("has differences between maps that fit the gains of both", () => {
    const other = outcomesBy(own.map((value, i) => (i % 3 === 0 ? 1 : value)));
    const first = outcomesBy(after);
    const of = (a: typeof judged, b: typeof judged) =>
      gainOf(a, b, { ...options, all: known }).gain;
    expect(of(first, other)).toBeCloseTo(of(judged, other) - of(judged, first), 12);
  });
});
