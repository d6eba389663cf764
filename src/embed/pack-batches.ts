/** One input of a request: which text it is, and how many tokens it has. */
export interface SizedInput {
  readonly index: number;
  readonly text: string;
  readonly tokens: number;
}

export interface BatchLimits {
  /** Inputs in one request. */
  readonly maxInputs: number;
  /** Tokens in one request, all inputs together. */
  readonly maxTokens: number;
}

/**
 * Packs inputs, in order, into requests that keep both limits. Lazy: an input is taken (and so counted) when its request
 * is about to be made. An input larger than `maxTokens` stands alone.
 */
export function* packBatches(
  inputs: Iterable<SizedInput>,
  { maxInputs, maxTokens }: BatchLimits,
): Generator<SizedInput[], void, undefined> {
  let batch: SizedInput[] = [];
  let tokens = 0;
  for (const input of inputs) {
    if (batch.length > 0 && (batch.length >= maxInputs || tokens + input.tokens > maxTokens)) {
      yield batch;
      batch = [];
      tokens = 0;
    }
    batch.push(input);
    tokens += input.tokens;
  }
  if (batch.length > 0) yield batch;
}
