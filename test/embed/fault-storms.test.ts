import { describe, expect, it } from "vitest";
import { faultKinds } from "../support/fault-server.js";
import { runKillRound } from "../support/kill-rounds.js";
import { addOutcomes, runStorm } from "../support/fault-storm.js";

describe("storms of faults, drawn from a seed", () => {
  it("are of more than fifty kinds", () => {
    expect(Object.keys(faultKinds).length).toBeGreaterThan(70);
  });

  it("leave no vector wrong or lost, ask for none twice, and end at once when they are told to", async () => {
    const outcomes = await Promise.all([1, 2, 3, 4, 5, 8].map((seed) => runStorm(seed, 450)));
    const { wrong, lost, again, odd, longestAbortTurns, faults, texts } = addOutcomes(outcomes);
    expect({ wrong, lost, again, odd }).toEqual({ wrong: 0, lost: 0, again: 0, odd: [] });
    expect(longestAbortTurns).toBeLessThan(20); // a timeout takes thousands
    expect(texts).toBe(2700);
    expect(faults).toBeGreaterThan(20);
  }, 240_000);
});

describe("two processes at one cache, each killed at random moments", () => {
  it("lose nothing, and ask for nothing again that was in the cache when they began", async () => {
    const outcome = await runKillRound({ seed: 1, killsEach: 2, count: 4000, share: false });
    const { kills, wrong, lost, again, failures } = outcome;
    expect({ wrong, lost, again, failures }).toEqual({ wrong: 0, lost: 0, again: 0, failures: 0 });
    expect(kills).toBeGreaterThan(1);
  }, 240_000);
});
