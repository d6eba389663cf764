import { describe, expect, it } from "vitest";
import { createClock } from "../../../src/tune/trials/clock.js";

/** A clock with a budget of ten seconds that is moved by hand. */
function handMoved() {
  let seconds = 0;
  const clock = createClock(10, () => 1000 * seconds);
  return { clock, wait: (more: number) => (seconds += more) };
}

describe("createClock", () => {
  it("allows anything as long as nothing is known, and nothing once the time is over", () => {
    const { clock, wait } = handMoved();
    expect(clock.allows(1e12, "trained")).toBe(true);
    wait(10.5);
    expect(clock.allows(0, "trained")).toBe(false);
  });

  it("foresees by what like work took", () => {
    const { clock, wait } = handMoved();
    clock.allows(2, "closed form");
    wait(2);
    clock.spent(2, "closed form", 2);
    expect(clock.allows(9, "closed form")).toBe(false);
    expect(clock.allows(8, "closed form")).toBe(true);
  });

  it("takes work of another kind for like work until some was done", () => {
    const { clock, wait } = handMoved();
    clock.allows(1, "closed form");
    wait(1);
    clock.spent(1, "closed form", 1);
    expect(clock.allows(10, "trained")).toBe(false);
    clock.allows(1, "trained");
    wait(0.1);
    clock.spent(1, "trained", 0.1);
    expect(clock.allows(80, "trained")).toBe(true);
  });

  it("keeps time for what was allowed and is still to come", () => {
    const { clock, wait } = handMoved();
    clock.allows(5, "closed form");
    wait(1);
    clock.spent(1, "closed form", 1);
    // 1 second is over, and 4 to come.
    expect(clock.allows(6, "closed form")).toBe(false);
    expect(clock.allows(5, "closed form")).toBe(true);
  });

  it("never says no without a budget", () => {
    const clock = createClock(Infinity);
    clock.spent(1, "trained", 1e9);
    expect(clock.allows(1e12, "trained")).toBe(true);
  });

  it("tells the seconds left by the share that is done", () => {
    const { clock, wait } = handMoved();
    wait(3);
    expect(clock.secondsLeft(0.25)).toBeCloseTo(9, 10);
    expect(clock.secondsLeft(1)).toBe(0);
  });
});
