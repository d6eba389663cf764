/** What a run of the command has of the world around it, so that a test can stand in for a terminal. */
export interface CommandIo {
  /** Puts a result out; resolves when whoever reads it has taken it. */
  readonly print: (content: string | Uint8Array) => Promise<void>;
  /** A line beside the results: what was guessed, a warning, an error. */
  readonly say: (line: string) => void;
  /** Shows one line in place of the last; `""` takes it away. Only where somebody looks at a terminal. */
  readonly status?: ((line: string) => void) | undefined;
  /** Asks a person. Only where there is one. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether results may be coloured. */
  readonly color: boolean;
  /** Version of the package. */
  readonly version: () => string;
}
