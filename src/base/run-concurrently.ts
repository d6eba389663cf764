/**
 * Runs `run` on each job, at most `concurrency()` at a time, and yields what each gives as soon as it is finished.
 *
 * The window slides: a finished job makes room for the next at once, whether or not the consumer has come back (up to
 * one window of results waits for it). After a failure no further job is started, what is under way is finished and
 * yielded, and only then the failure thrown: work that was paid for is not thrown away.
 */
export async function* runConcurrently<Job, Result>(
  jobs: Iterable<Job> | AsyncIterable<Job>,
  run: (job: Job) => Promise<Result>,
  concurrency: () => number,
): AsyncGenerator<Result, void, undefined> {
  const source =
    Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
  const finished: Result[] = [];
  let running = 0;
  let drained = false;
  let pulling = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => undefined;

  const start = async (job: Job): Promise<void> => {
    try {
      finished.push(await run(job));
    } catch (error) {
      failure ??= { error };
    } finally {
      running--;
      void fill();
      wake();
    }
  };
  /** Starts jobs until the window is full; one caller at a time, since the source may be asynchronous. */
  const fill = async (): Promise<void> => {
    if (pulling) return;
    pulling = true;
    try {
      while (
        !drained &&
        failure === undefined &&
        running < concurrency() &&
        finished.length < concurrency()
      ) {
        const next = await source.next();
        if (next.done === true) drained = true;
        else {
          running++;
          void start(next.value);
        }
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      pulling = false;
      wake();
    }
  };

  try {
    for (;;) {
      void fill();
      if (finished.length > 0) {
        yield finished.shift() as Result;
        continue;
      }
      if (running === 0 && !pulling && (drained || failure !== undefined)) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    drained = true;
    await source.return?.();
  }
}
