/** US dollars per million tokens of OpenAI's embedding models, at once; the Batch API takes half. */
export const embeddingPrices: Readonly<Record<string, number>> = {
  "text-embedding-ada-002": 0.1,
  "text-embedding-3-small": 0.02,
  "text-embedding-3-large": 0.13,
};

/** What the Batch API costs, as a part of the price at once. */
export const batchDiscount = 0.5;

/** US dollars for tokens; `undefined` where the price is not known. */
export function costOf(tokens: number, pricePerMillion: number | undefined): number | undefined {
  return pricePerMillion === undefined ? undefined : (tokens * pricePerMillion) / 1e6;
}
