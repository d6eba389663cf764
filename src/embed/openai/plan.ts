import { createYielder } from "../../base/event-loop.js";
import { intern } from "../../base/intern.js";
import { packBatches } from "../requests/pack-batches.js";
import { prepareInputs } from "./tokens/prepare-inputs.js";
import { batchDiscount, costOf } from "./prices.js";
import { createServerLimits } from "./server-limits.js";
import type { OpenAISettings } from "./settings.js";

/** What embedding would take. */
export interface EmbeddingPlan {
  readonly texts: number;
  /** Different texts: equal ones are asked for once when a cache stands before the embedder. */
  readonly distinctTexts: number;
  /**
   * Tokens of the different texts, long ones as they would be cut or split. Where no tokenizer is installed: their UTF-8
   * bytes, which no tokenizer exceeds (English has some four to a token).
   */
  readonly tokens: number;
  /** Whether tokens were counted. If not, tokens, requests and costs are upper bounds. */
  readonly counted: boolean;
  readonly longTexts: number;
  readonly requests: number;
  /** US dollars; `undefined` where the model's price is not known. */
  readonly cost: number | undefined;
  /** US dollars through the Batch API. */
  readonly batchCost: number | undefined;
}

/**
 * Packs texts as for sending, and counts.
 *
 * @throws RefusedTextsError naming texts that are too long, where `longInputs` is `"refuse"`.
 */
export async function planRequests(
  texts: readonly string[],
  settings: OpenAISettings,
  signal: AbortSignal | undefined,
): Promise<EmbeddingPlan> {
  const tokenizer = await settings.loadTokenizer();
  const { distinct } = intern(texts);
  let longTexts = 0;
  let tokens = 0;
  let requests = 0;
  const inputs = prepareInputs(distinct, tokenizer, settings, {
    caller: "plan",
    onLong: () => longTexts++,
  });
  const yieldIfDue = createYielder();
  for (const batch of packBatches(inputs, createServerLimits(settings).next)) {
    await yieldIfDue();
    signal?.throwIfAborted();
    requests++;
    for (const input of batch) tokens += tokenizer?.count(input.text) ?? input.tokens;
  }
  const cost = costOf(tokens, settings.pricePerMillionTokens);
  return {
    texts: texts.length,
    distinctTexts: distinct.length,
    tokens,
    counted: tokenizer !== undefined,
    longTexts,
    requests,
    cost,
    batchCost: cost === undefined ? undefined : cost * batchDiscount,
  };
}
