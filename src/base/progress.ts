/** What a long job reports while it works. */
export interface Progress {
  /** What is being done, e.g. `"embed"`. */
  readonly stage: string;
  /** Units finished. */
  readonly done: number;
  /** Units in all; `undefined` while unknown. */
  readonly total?: number | undefined;
  /** Seconds that the rest will take, as far as can be foreseen. */
  readonly secondsLeft?: number | undefined;
}

/** The options every long job takes. */
export interface LongJobOptions {
  /** Stops the job; it rejects with the signal's reason, and what was already stored stays stored. */
  readonly signal?: AbortSignal | undefined;
  /** Called as work is finished, never more than a few times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
