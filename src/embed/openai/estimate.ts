import type { EmbeddingEstimate } from "../embedder.js";
import { costOf } from "./prices.js";
import type { EmbeddingPlan } from "./plan.js";

/** Where tokens are not counted: no text has fewer than a token for so many of its bytes, unless it says little. */
const mostBytesPerToken = 8;

/** Seconds that one request takes of a quick server and of a slow one, by experience. */
const secondsPerRequest = { low: 0.3, high: 5 } as const;

/** A plan as any embedder tells it. */
export function estimateOf(
  { distinctTexts, tokens, counted, requests, cost }: EmbeddingPlan,
  {
    concurrency,
    pricePerMillionTokens,
  }: { readonly concurrency: number; readonly pricePerMillionTokens: number | undefined },
): EmbeddingEstimate {
  const least = counted ? tokens : Math.ceil(tokens / mostBytesPerToken);
  const rounds = Math.ceil(requests / concurrency);
  return {
    ...{ texts: distinctTexts, toEmbed: distinctTexts, requests },
    tokens: { low: least, high: tokens },
    cost:
      cost === undefined ? null : { low: costOf(least, pricePerMillionTokens) ?? 0, high: cost },
    minutes: {
      low: (rounds * secondsPerRequest.low) / 60,
      high: (rounds * secondsPerRequest.high) / 60,
    },
  };
}
