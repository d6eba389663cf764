/** Exit codes of the command; docs/command.md and `--help` promise them. */
export const exitCodes = {
  success: 0,
  failure: 1,
  wrongUse: 2,
  alarm: 3,
  interrupted: 130,
} as const;

/** A failure whose exit code is not 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Something must be said in another way before it can be tried: exit code 2. */
export function wrongUse(message: string): CommandError {
  return new CommandError(message, exitCodes.wrongUse);
}

/** What was to be watched is no longer as it should be. */
export function alarm(message: string): CommandError {
  return new CommandError(message, exitCodes.alarm);
}

/** What Ctrl-C aborts the work with. */
export function interruption(): CommandError {
  return new CommandError("interrupted", exitCodes.interrupted);
}

export function exitCodeOf(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : exitCodes.failure;
}

/** An error as one line; with all that is known of where it came from when asked. */
export function describeFailure(error: unknown, verbose: boolean): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replaceAll(/\s*\n\s*/g, " ").trim();
  if (!verbose || !(error instanceof Error)) return line;
  const parts = [line, ...stackOf(error)];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    parts.push(`caused by ${cause.name}: ${cause.message}`, ...stackOf(cause));
  }
  return parts.join("\n");
}

const stackOf = ({ stack = "" }: Error): string[] =>
  stack.split("\n").filter((line) => /^\s+at /.test(line));

/**
 * Runs work that Ctrl-C may end, and then says what is kept and how to go on.
 *
 * @param kept Said after "interrupted"; asked for when it happens.
 */
export async function interruptible<T>(
  signal: AbortSignal,
  kept: () => string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandError(`interrupted: ${kept()}`, exitCodes.interrupted, { cause: error });
  }
}
