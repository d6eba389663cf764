import { vi } from "vitest";

/** A clock that goes on only where everything under way waits for it: what a machine under load does shows in no figure. */
export interface FakeTime {
  /** Settles as the work does; whenever all of it waits, the clock is set on to the next timer. */
  pass<T>(work: Promise<T>): Promise<T>;
  /** Back to the real clock. */
  end(): void;
}

/** Turns of the real event loop after which work that needs no timer has come to its end or to a timer. */
const turns = 20;

/** Answers must come without a socket, as `startUnconnected` gives them: a real one would be overtaken by the clock. */
export function startFakeTime(): FakeTime {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    async pass(work) {
      let settled = false;
      const done = work.finally(() => (settled = true));
      done.catch(() => undefined);
      for (;;) {
        for (let k = 0; k < turns && !settled; k++) await turn();
        if (settled) return done;
        const before = performance.now();
        vi.advanceTimersToNextTimer();
        // As Node's do, each timer takes a millisecond at least.
        if (performance.now() === before) vi.advanceTimersByTime(1);
      }
    },
    end: () => void vi.useRealTimers(),
  };
}
