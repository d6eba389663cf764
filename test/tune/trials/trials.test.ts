import { describe, expect, it } from "vitest";
import { layOutClaim } from "../../../src/tune/claims/claims.js";
import { createClock, type Clock } from "../../../src/tune/trials/clock.js";
import { runTrials } from "../../../src/tune/trials/trials.js";
import { circle, scripted, type ScriptedFamily } from "./scripted.js";

const count = 60;
const data = circle(count);
const claim = layOutClaim(data, "questions", { folds: 5, seed: 1, mostQuestions: 2000 });
const run = (families: ScriptedFamily[], { clock = createClock(Infinity), keep = false } = {}) =>
  runTrials(data, claim, families, {
    ...{ metric: "mrr", seed: 1, columns: null, likeness: true, clock, keep: () => keep },
  });

const identity = (): ScriptedFamily =>
  scripted("identity", count, [{ side: "query", good: (i) => i % 3 === 0 }], { cost: 0 });
const as = (name: string, good: (question: number) => boolean): ScriptedFamily =>
  scripted(name, count, [{ good }]);

describe("runTrials", () => {
  it("fits each fold on its own pairs to learn from", async () => {
    const families = [identity(), as("a", () => true)];
    await run(families);
    for (const { fits } of families) {
      expect(fits.map(({ positives }) => positives)).toEqual(claim.folds.map(({ train }) => train));
    }
  });

  it("gives the same candidate the same outcomes, whoever asks, whatever passages are drawn", async () => {
    const some = circle(count, 40);
    const asked = layOutClaim(some, "questions", { folds: 5, seed: 1, mostQuestions: 2000 });
    const families = [identity(), as("a", (i) => i % 2 === 0), as("b", (i) => i % 2 === 0)];
    const [, a, b] = await runTrials(some, asked, families, {
      columns: Uint32Array.from({ length: 45 }, (_, i) => i),
      ...{ metric: "mrr", seed: 1, likeness: false, clock: createClock(Infinity) },
    });
    expect(a.outcomes).toEqual(b.outcomes);
    expect(Math.max(...a.outcomes.rank)).toBe(45);
  });

  it("drops a family whole that there is no time for, and never the untouched embedding", async () => {
    const asked: [number, string][] = [];
    const clock: Clock = {
      allows(cost, kind) {
        asked.push([cost, kind]);
        return kind === "closed form";
      },
      spent: () => undefined,
      secondsLeft: () => 0,
    };
    const trained = scripted("trained", count, [{ good: () => true }, { good: () => true }], {
      ...{ kind: "trained", cost: 7 },
    });
    const families = [identity(), as("a", () => true), trained];
    const trials = await run(families, { clock });
    expect(trials.map(({ dropped }) => dropped)).toEqual([null, null, "time", "time"]);
    expect(trained.fits).toEqual([]);
    // Foreseen for all folds, before the first.
    expect(asked).toEqual([
      [5, "closed form"],
      [70, "trained"],
    ]);
  });

  it("fits no more what trails clearly after the first fold, unless it is to be kept", async () => {
    const families = () => [
      identity(),
      scripted("a", count, [{ good: () => true }, { good: () => false }]),
    ];
    const some = families();
    const trials = await run(some);
    expect(trials.map(({ dropped }) => dropped)).toEqual([null, null, "trailing"]);
    expect(some[1].fits.map(({ wanted }) => wanted)).toEqual([[0, 1], [0], [0], [0], [0]]);
    const kept = await run(families(), { keep: true });
    expect(kept.map(({ dropped }) => dropped)).toEqual([null, null, null]);
  });

  it("measures, fold by fold, how like the untouched cosines a candidate's are", async () => {
    const [own, alike, unlike] = await run([
      identity(),
      as("alike", (i) => i % 3 === 0),
      scripted("unlike", count, [{ good: (i) => i % 3 === 0, likeness: -1 }]),
    ]);
    expect([...own.likeness]).toEqual([1, 1, 1, 1, 1]);
    for (let f = 0; f < 5; f++) {
      expect(alike.likeness[f]).toBeCloseTo(1, 6);
      expect(unlike.likeness[f]).toBeLessThan(-0.5);
    }
  });

  it("tells how far it is, and how long it will take", async () => {
    const steps: unknown[] = [];
    await runTrials(data, claim, [identity(), as("a", () => true)], {
      ...{ metric: "mrr", seed: 1, columns: null, likeness: false, clock: createClock(Infinity) },
      onProgress({ stage, done, total, secondsLeft }) {
        steps.push([stage, done, total]);
        expect(secondsLeft).toBeGreaterThanOrEqual(0);
      },
    });
    expect(steps).toHaveLength(10);
    expect(steps[0]).toEqual(["identity", 1, 10]);
    expect(steps[9]).toEqual(["a", 10, 10]);
  });
});
