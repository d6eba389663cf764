import { describe, expect, it } from "vitest";
import { emptyOutcomes, type Outcomes } from "../../../src/tune/ranking/outcomes.js";
import { cosineFigures, heldOutThreshold } from "../../../src/tune/verdict/pair-figures.js";

const outcomes: Outcomes = {
  ...emptyOutcomes(4),
  match: Float64Array.of(0.9, 0.8, 0.7, 0.4),
  nearestWrong: Float64Array.of(0.6, 0.5, 0.6, NaN, 0.5, 0.5, 0.5, 0.3),
  randomWrong: Float64Array.of(0.1, 0.2, 0, 0.1, NaN, NaN, 0.2, 0.1),
};

describe("heldOutThreshold", () => {
  it("tells matches from the candidate's own two nearest wrong passages", () => {
    const { threshold, accuracy, baseRate, against } = heldOutThreshold(outcomes)!;
    expect(threshold).toBeGreaterThan(0.6);
    expect(threshold).toBeLessThan(0.7);
    expect([accuracy, baseRate, against]).toEqual([10 / 11, 7 / 11, "nearest wrong"]);
  });

  it("tells them from what was labelled 0, where anything was", () => {
    const labelled = { ...outcomes, labelledWrong: [[0.75], [], [0.78], []] };
    const { threshold, accuracy, baseRate, against } = heldOutThreshold(labelled)!;
    expect(threshold).toBeGreaterThan(0.78);
    expect(threshold).toBeLessThan(0.8);
    expect([accuracy, baseRate, against]).toEqual([4 / 6, 4 / 6, "labelled"]);
  });

  it("is null where there is nothing but matches", () => {
    const alone = { ...outcomes, nearestWrong: new Float64Array(8).fill(NaN) };
    expect(heldOutThreshold(alone)).toBeNull();
  });
});

describe("cosineFigures", () => {
  it("compares matches with each side's own nearest wrong passages, and with random ones", () => {
    const worse = { ...outcomes, match: Float64Array.of(0.2, 0.1, 0.7, 0.4) };
    const { nearestWrong, randomWrong } = cosineFigures(worse, outcomes);
    expect(nearestWrong!.after.rocAuc).toBeGreaterThan(nearestWrong!.before.rocAuc);
    expect(randomWrong!.after).toMatchObject({ rocAuc: 1, accuracy: 1, baseRate: 6 / 10 });
  });

  it("leaves out what there is not", () => {
    const none = emptyOutcomes(4);
    expect(cosineFigures(none, none)).toEqual({ nearestWrong: null, randomWrong: null });
  });
});
