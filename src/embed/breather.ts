import { nextTurn } from "./next-turn.js";

/** What of a second a loop may run before others have their turn. */
const turnMs = 100;

/**
 * For a long loop whose awaits never leave the thread: called in each round, it lets timers, aborts and the page have
 * their turn a few times a second, and costs nothing in between.
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
