/** Milliseconds that a loop may run before it yields. */
const intervalMs = 100;

/** Resolves after the event loop has handled what was waiting (timers, input, an abort). */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * For a long loop whose awaits never leave the thread: called in each iteration, what it returns yields to the event loop
 * ten times a second at most, so that timers, aborts and the page are handled, and costs nothing in between.
 *
 * @returns A function that returns what to await when it is time to yield (the moment to report progress, too), else
 *   `undefined`.
 */
export function createYielder(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < intervalMs) return undefined;
    return yieldToEventLoop().then(() => {
      last = performance.now();
    });
  };
}
