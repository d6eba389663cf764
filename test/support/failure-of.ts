/** What a promise fails with; an error that says so where it does not. */
export const failureOf = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
