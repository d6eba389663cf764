/** Settles as `promise` does, or rejects with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // A signal of its own: Node warns of a leak where more than ten listen to one, and many may wait at once.
  const own = AbortSignal.any([signal]);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(own.reason as Error);
    };
    if (own.aborted) stop();
    own.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      own.removeEventListener("abort", stop);
    });
  });
}
