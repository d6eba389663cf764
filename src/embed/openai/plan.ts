import { inPieces } from "../../base/event-loop.js";
import { intern } from "../../base/intern.js";
import { untilAborted } from "../../base/until-aborted.js";
import { packBatches } from "../requests/pack-batches.js";
import { checkInputs, sizedInputs } from "./tokens/prepare-inputs.js";
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
  const tokenizer = await untilAborted(settings.loadTokenizer(), signal);
  const { distinct } = intern(texts);
  let longTexts = 0;
  let tokens = 0;
  let requests = 0;
  await inPieces(checkInputs(distinct, tokenizer, settings, "plan"), signal);
  const inputs = sizedInputs(distinct, tokenizer, settings, () => longTexts++);
  for await (const batch of packBatches(inputs, createServerLimits(settings).next, signal)) {
    requests++;
    for (const input of batch) tokens += tokenizer?.count(input.text) ?? input.tokens;
  }
  signal?.throwIfAborted();
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
