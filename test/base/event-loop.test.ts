import { afterEach, describe, expect, it, vi } from "vitest";
import { createBreather } from "../../src/base/event-loop.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a breather", () => {
  it("lets others have their turn after a tenth of a second, and then not again for as long", async () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(1000);
    const breathe = createBreather();
    clock.mockReturnValue(1099);
    expect(breathe()).toBeUndefined();
    clock.mockReturnValue(1100);
    let turn = false;
    setTimeout(() => (turn = true), 0);
    await breathe();
    expect(turn).toBe(true);
    expect(breathe()).toBeUndefined();
    clock.mockReturnValue(1200);
    expect(breathe()).toBeDefined();
  });
});
