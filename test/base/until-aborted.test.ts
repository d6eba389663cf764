import { describe, expect, it } from "vitest";
import { sleep } from "../../src/base/sleep.js";
import { startFakeTime } from "../support/fake-time.js";
import { untilAborted } from "../../src/base/until-aborted.js";

const never = new Promise<never>(() => undefined);

describe("untilAborted", () => {
  it("settles as the promise does", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(3), signal)).toBe(3);
    expect(await untilAborted(Promise.resolve(4), undefined)).toBe(4);
    const failing = Promise.reject(new Error("broken"));
    await expect(untilAborted(failing, signal)).rejects.toThrow("broken");
  });

  it("rejects with the signal's reason as soon as it is aborted", async () => {
    const controller = new AbortController();
    const waiting = expect(untilAborted(never, controller.signal)).rejects.toThrow("enough");
    controller.abort(new Error("enough"));
    await waiting;
  });

  it("rejects at once when the signal was aborted before", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(untilAborted(Promise.resolve(1), signal)).rejects.toThrow("too late");
  });

  it("lets any number wait on one signal without a warning of a leak", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on("warning", listen);
    const controller = new AbortController();
    const waiting = Array.from({ length: 50 }, () => untilAborted(never, controller.signal));
    const outcomes = Promise.allSettled(waiting);
    await sleep(1); // warnings are emitted later
    controller.abort(new Error("enough"));
    expect((await outcomes).every(({ status }) => status === "rejected")).toBe(true);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});

describe("sleep", () => {
  it("ends after its time, or when aborted", async () => {
    const time = startFakeTime();
    const start = performance.now();
    await time.pass(sleep(20));
    expect(performance.now() - start).toBe(20);
    time.end();
    const controller = new AbortController();
    const long = expect(sleep(60_000, controller.signal)).rejects.toThrow("enough");
    controller.abort(new Error("enough"));
    await long;
  });
});
