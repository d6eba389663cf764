/** Milliseconds that a loop may run before others have their turn. */
const turnMs = 100;

/** Resolves after the event loop has handled what was waiting (timers, input, an abort). */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * For a long loop whose awaits never leave the thread: called in each round, it lets timers, aborts and the page have
 * their turn a few times a second, and costs nothing in between.
 *
 * @returns What to await when it is time for others, else `undefined`: the moment to report progress, too.
 */
export function createBreather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < turnMs) return undefined;
    return nextTurn().then(() => {
      last = performance.now();
    });
  };
}
