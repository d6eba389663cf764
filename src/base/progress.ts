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
  /** What is waited for at the moment, where nothing is done. */
  readonly waiting?: Wait | undefined;
}

/** A wait of a long job. */
export interface Wait {
  /** E.g. `"the server answers 429 slow down"` or `"requestsPerMinute or tokensPerMinute"`. */
  readonly for: string;
  readonly until: Date;
}

/**
 * `AbortSignal` as the reader of these types knows it, from the DOM's library or from Node's types. Where neither is
 * there (an edge runtime, `types: []`), its standard part, so that declarations stay whole without either.
 */
export type AbortSignalLike = typeof globalThis extends {
  readonly AbortSignal: { readonly prototype: infer Signal };
}
  ? Signal
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: "abort", listener: () => void): void;
      removeEventListener(type: "abort", listener: () => void): void;
    };

/** The options every long job takes. */
export interface LongJobOptions {
  /** Stops the job; it rejects with the signal's reason, and what was already stored stays stored. */
  readonly signal?: AbortSignalLike | undefined;
  /** Called as work is finished, never more than a few times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
