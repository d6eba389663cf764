import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitThreshold } from "embedtune";
import { ACCEPT_ALL, REJECT_ALL, precisionRecallCurve, rocCurve } from "embedtune/evaluate";

const edges = [-Number.MAX_VALUE, -1, -Number.MIN_VALUE, 0, Number.MIN_VALUE, 1, Number.MAX_VALUE];

/** Scores up to the ends of what numbers can hold, with both labels among them. */
const scored = fc
  .array(fc.tuple(fc.constantFrom(...edges), fc.constantFrom(0, 1)), {
    minLength: 2,
    maxLength: 12,
  })
  .filter((pairs) => new Set(pairs.map(([, label]) => label)).size === 2)
  .map((pairs) => ({ scores: pairs.map(([s]) => s), labels: pairs.map(([, l]) => l) }));

describe("the ends of a sweep over thresholds", () => {
  it("are finite numbers that JSON keeps, in every curve and every fit, whatever the scores", () => {
    const metrics = ["accuracy", "balancedAccuracy", "f1", "mcc"] as const;
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        for (const { thresholds } of [
          rocCurve(scores, labels),
          precisionRecallCurve(scores, labels),
        ]) {
          const written = JSON.parse(JSON.stringify([...thresholds])) as unknown[];
          expect(written.every(Number.isFinite)).toBe(true);
          expect(thresholds[0]).toBe(REJECT_ALL);
          expect([...thresholds]).toEqual([...thresholds].sort((a, b) => b - a));
        }
        for (const metric of metrics) {
          expect(fitThreshold(scores, labels, { metric }).threshold).toSatisfy(Number.isFinite);
        }
      }),
    );
  });

  it("accept all and reject all: REJECT_ALL where every label is 0, ACCEPT_ALL where every label is 1", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }),
        (scores) => {
          const all = (label: number): number =>
            fitThreshold(
              scores,
              scores.map(() => label),
            ).threshold;
          expect([all(0), all(1)]).toEqual([REJECT_ALL, ACCEPT_ALL]);
        },
      ),
    );
  });
});
