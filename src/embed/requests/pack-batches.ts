import { createYielder, sharedPieceMs } from "../../base/event-loop.js";

/** One input of a request: which text it is (or is a part of), and how many tokens it has. */
export interface SizedInput {
  /** Position of the text among all texts. */
  readonly index: number;
  readonly text: string;
  /** Tokens, or a little more where they were estimated; bytes, where there is no tokenizer. */
  readonly tokens: number;
  /** In how many inputs the text was split; 1 for most. */
  readonly parts: number;
}

export interface BatchLimits {
  /** Inputs in one request. */
  readonly maxInputs: number;
  /** Tokens in one request, all inputs together, as they are counted in the inputs. */
  readonly maxTokens: number;
}

/**
 * Packs inputs, in order, into requests that keep both limits. Lazy: an input is taken (and so counted) when its request
 * is about to be made, and the limits are read anew for every request, since a server may teach them. An input larger
 * than `maxTokens` stands alone. Counting takes time: others are let in between two inputs.
 *
 * @param signal Ends the packing where it is.
 */
export async function* packBatches(
  inputs: Iterable<SizedInput | undefined>,
  limits: () => BatchLimits,
  signal?: AbortSignal,
): AsyncGenerator<SizedInput[], void, undefined> {
  const yieldIfDue = createYielder(sharedPieceMs);
  let { maxInputs, maxTokens } = limits();
  let batch: SizedInput[] = [];
  let tokens = 0;
  for (const input of inputs) {
    const others = yieldIfDue();
    if (others !== undefined) await others; // an await for each input would cost more than to pack it
    if (signal?.aborted === true) return;
    if (input === undefined) continue; // a pause within a long one
    if (batch.length > 0 && (batch.length >= maxInputs || tokens + input.tokens > maxTokens)) {
      yield batch;
      ({ maxInputs, maxTokens } = limits());
      batch = [];
      tokens = 0;
    }
    batch.push(input);
    tokens += input.tokens;
  }
  if (batch.length > 0) yield batch;
}

/** The tokens of all inputs together. */
export function tokensOf(inputs: readonly SizedInput[]): number {
  return inputs.reduce((sum, { tokens }) => sum + tokens, 0);
}
