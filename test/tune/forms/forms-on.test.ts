import { describe, expect, it } from "vitest";
import { formsOn } from "../../../src/tune/forms/forms-on.js";
import { formGrid } from "../../../src/tune/forms/form.js";
import { emptyOutcomes } from "../../../src/tune/ranking/outcomes.js";
import type { Trial } from "../../../src/tune/trials/trial.js";

function hosts(method: string, kind: "closed form" | "trained", favourite?: boolean): Trial[] {
  const candidates = Array.from({ length: 4 }, () => ({
    ...({ method, side: "both", parameters: {}, favourite } as const),
  }));
  const family = { name: method, kind, candidates } as unknown as Trial["family"];
  return candidates.map((candidate, position) => ({
    ...{ family, position, candidate, outcomes: emptyOutcomes(0) },
    ...{ likeness: new Float64Array(0), seconds: 0, dropped: null },
  }));
}
const carrying = (trials: Trial[], questions: number): number[] =>
  trials.flatMap((trial, i) => (formsOn(trial, questions) === formGrid ? [i] : []));

describe("formsOn", () => {
  it("tries forms on every trained state of few questions, and on late ones of many", () => {
    const run = hosts("info-nce from rca", "trained");
    expect(carrying(run, 2000)).toEqual([0, 1, 2, 3]);
    expect(carrying(run, 2001)).toEqual([2, 3]);
    expect(carrying(run, 20_001)).toEqual([3]);
  });

  it("tries them on the untouched embedding, ridge and favourites, and on no other closed form", () => {
    for (const method of ["identity", "ridge"]) {
      expect(carrying(hosts(method, "closed form"), 1e6)).toEqual([0, 1, 2, 3]);
    }
    expect(carrying(hosts("rca", "closed form", true), 1e6)).toEqual([0, 1, 2, 3]);
    expect(carrying(hosts("rca", "closed form"), 10)).toEqual([]);
  });
});
