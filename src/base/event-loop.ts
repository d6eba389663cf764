/** Resolves after the event loop has handled what was waiting (timers, input, an abort). */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * For a long loop whose awaits never leave the thread: called in each iteration, what it returns yields to the event loop
 * ten times a second at most, so that timers, aborts and the page are handled, and costs nothing in between.
 *
 * @param intervalMs Milliseconds that the loop may run before it yields; fewer where several such loops run at once. @default 100
 * @returns A function that returns what to await when it is time to yield (the moment to report progress, too), else
 *   `undefined`.
 */
export function createYielder(intervalMs = 100): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < intervalMs) return undefined;
    return yieldToEventLoop().then(() => {
      last = performance.now();
    });
  };
}

/** Work in pieces: it pauses wherever others may be let in. */
export type Pieces<Result> = Generator<void, Result, void>;

/** All pieces one after the other. */
export function atOnce<Result>(work: Pieces<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Milliseconds of pieces of which several may run at once: the answers of a server come together. */
export const sharedPieceMs = 20;

/** Lets others in between the pieces, and ends with the signal's reason as soon as it is aborted. */
export async function inPieces<Result>(
  work: Pieces<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const yieldIfDue = createYielder(sharedPieceMs);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await yieldIfDue();
    signal?.throwIfAborted();
  }
}
