import { describe, expect, it } from "vitest";
import {
  chooseTrial,
  crossFittedChoice,
  type ChoiceData,
} from "../../../src/tune/trials/choose.js";
import { emptyOutcomes } from "../../../src/tune/ranking/outcomes.js";
import type { Trial } from "../../../src/tune/trials/trial.js";

/** Trials with the given values a question, and likeness to the untouched cosines. */
function choiceOf(
  rows: readonly {
    method: string;
    values: number[];
    like?: number;
    favourite?: boolean;
    dropped?: "trailing";
  }[],
  { fold, rule = "best" }: { fold: number[]; rule?: ChoiceData["rule"] },
): ChoiceData {
  const folds = Math.max(...fold) + 1;
  return {
    trials: rows.map(({ method, like = 1, favourite, dropped = null }): Trial => ({
      family: { name: method } as Trial["family"],
      position: 0,
      candidate: { method, side: "both", parameters: {}, favourite },
      outcomes: emptyOutcomes(0),
      likeness: new Float64Array(folds).fill(like),
      seconds: 0,
      dropped,
    })),
    values: rows.map(({ values }) => Float64Array.from(values)),
    fold: Uint32Array.from(fold),
    units: Uint32Array.from(fold.keys()),
    rule,
  };
}
const any = (): boolean => true;

describe("chooseTrial", () => {
  it("takes the best, of equals the first, and nothing that was dropped", () => {
    const data = choiceOf(
      [
        { method: "identity", values: [0.5, 0.5] },
        { method: "a", values: [1, 0.5] },
        { method: "b", values: [0.5, 1] },
        { method: "c", values: [1, 1], dropped: "trailing" },
      ],
      { fold: [0, 1] },
    );
    expect(chooseTrial(data, -1, any)).toBe(1);
    expect(chooseTrial(data, 0, any)).toBe(2);
    expect(chooseTrial(data, 1, any)).toBe(1);
    expect(chooseTrial(data, -1, ({ candidate }) => candidate.method !== "a")).toBe(2);
  });

  it("takes the mildest change within one standard error where labels are few", () => {
    const rows = [
      { method: "identity", values: [0.5, 0.5, 0.5, 0.5], like: 1 },
      { method: "strong", values: [1, 0.5, 1, 0.5], like: 0.2 },
      { method: "mild", values: [0.5, 1, 0.5, 0.75], like: 0.9 },
      { method: "bad", values: [0, 0, 0, 0.1], like: 0.95 },
    ];
    const fold = [0, 1, 0, 1];
    expect(chooseTrial(choiceOf(rows, { fold }), -1, any)).toBe(1);
    expect(chooseTrial(choiceOf(rows, { fold, rule: "change" }), -1, any)).toBe(2);
  });

  it("takes the favourite before what is milder, where it is about as good", () => {
    const rows = [
      { method: "identity", values: [0.5, 0.5, 0.5, 0.5], like: 1 },
      { method: "strong", values: [1, 0.5, 1, 0.5], like: 0.2 },
      { method: "usual", values: [0.5, 1, 0.75, 0.5], like: 0.7, favourite: true },
      { method: "mild", values: [0.5, 1, 0.5, 0.75], like: 0.9 },
    ];
    const fold = [0, 1, 0, 1];
    expect(chooseTrial(choiceOf(rows, { fold, rule: "change" }), -1, any)).toBe(2);
    expect(chooseTrial(choiceOf(rows, { fold }), -1, any)).toBe(1);
    const worse = rows.map((row) => (row.favourite ? { ...row, values: [0, 0, 0, 0.1] } : row));
    expect(chooseTrial(choiceOf(worse, { fold, rule: "change" }), -1, any)).toBe(3);
  });

  it("takes the first within half a standard error where trials come from mild to strong, whatever it stands on", () => {
    const fold = [0, 1, 0, 1, 0, 1, 0, 1];
    const rows = [
      { method: "identity", values: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] },
      { method: "identity", values: [0.9, 0.5, 0.6, 0.6, 0.4, 0.8, 0.5, 0.6] },
      { method: "mild", values: [0.6, 0.6, 0.6, 0.6, 0.5, 0.8, 0.5, 0.6] },
      { method: "strong", values: [0.5, 0.9, 0.5, 0.7, 0.4, 0.9, 0.6, 0.6] },
    ];
    expect(chooseTrial(choiceOf(rows, { fold }), -1, any)).toBe(3);
    expect(chooseTrial(choiceOf(rows, { fold, rule: "first" }), -1, any)).toBe(1);
    // .0375 behind, where a standard error is .05.
    expect(chooseTrial(choiceOf(rows.slice(2), { fold, rule: "first" }), -1, any)).toBe(1);
  });

  it("never takes the untouched embedding for the mildest, however good", () => {
    const rows = [
      { method: "identity", values: [1, 0.9, 1, 0.9], like: 1 },
      { method: "strong", values: [0.8, 1, 1, 0.9], like: 0.2 },
      { method: "mild", values: [1, 0.9, 0.8, 1], like: 0.9 },
    ];
    const data = choiceOf(rows, { fold: [0, 1, 0, 1], rule: "change" });
    expect(chooseTrial(data, -1, any)).toBe(2);
    // Where no change is about as good, it is the best all the same.
    const far = rows.map((row, i) => (i === 0 ? row : { ...row, values: [0.1, 0.2, 0.1, 0.2] }));
    expect(chooseTrial(choiceOf(far, { fold: [0, 1, 0, 1], rule: "change" }), -1, any)).toBe(0);
  });

  it("goes by how alike the cosines of the other folds are", () => {
    const data = choiceOf(
      [
        { method: "identity", values: [0.5, 0.5, 0.5, 0.5] },
        { method: "a", values: [1, 0.5, 1, 0.5] },
        { method: "b", values: [0.5, 1, 0.5, 1] },
      ],
      { fold: [0, 1, 0, 1], rule: "change" },
    );
    data.trials[1].likeness.set([0.9, 0.1]);
    data.trials[2].likeness.set([0.2, 0.7]);
    expect(chooseTrial(data, 0, any)).toBe(2);
    const even = { ...data, fold: Uint32Array.of(0, 0, 1, 1), units: Uint32Array.of(0, 1, 2, 3) };
    expect(chooseTrial(even, 1, any)).toBe(1);
    expect(chooseTrial(even, 0, any)).toBe(2);
  });

  it("counts whole units in the standard error", () => {
    const far = [
      { method: "identity", values: [0, 0, 0, 0, 0, 0, 0, 0], like: 1 },
      { method: "strong", values: [1, 1, 1, 1, 0, 0, 0, 0], like: 0.2 },
      { method: "mild", values: [0, 0, 0, 0, 0, 0, 0, 0], like: 0.9 },
    ];
    const data = choiceOf(far, { fold: [0, 0, 0, 0, 0, 0, 0, 0], rule: "change" });
    expect(chooseTrial(data, -1, any)).toBe(1);
    const halves = Uint32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    expect(chooseTrial({ ...data, units: halves }, -1, any)).toBe(2);
  });
});

describe("crossFittedChoice", () => {
  it("gives each question the candidate that the other folds chose", () => {
    const data = choiceOf(
      [
        { method: "identity", values: [0, 0, 0, 0] },
        { method: "a", values: [1, 1, 0, 0] },
        { method: "b", values: [0, 0, 0.9, 0.9] },
      ],
      { fold: [0, 0, 1, 1] },
    );
    // Fold 0 is judged by what is good on fold 1, and the other way round: neither sees its own luck.
    expect(crossFittedChoice(data, any).chosen).toEqual([2, 1]);
    expect([...crossFittedChoice(data, any).trialOf]).toEqual([2, 2, 1, 1]);
  });
});
