import { afterEach, describe, expect, it, vi } from "vitest";
import { createYielder } from "../../src/base/event-loop.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a yielder", () => {
  it("yields to timers after a tenth of a second, and then not again for as long", async () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(1000);
    const yieldIfDue = createYielder();
    clock.mockReturnValue(1099);
    expect(yieldIfDue()).toBeUndefined();
    clock.mockReturnValue(1100);
    let handled = false;
    setTimeout(() => (handled = true), 0);
    await yieldIfDue();
    expect(handled).toBe(true);
    expect(yieldIfDue()).toBeUndefined();
    clock.mockReturnValue(1200);
    expect(yieldIfDue()).toBeDefined();
  });
});
