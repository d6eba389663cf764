import { expect, it } from "vitest";
import { createOpenAIEmbedder, type OpenAIClient } from "embedtune/openai";

it("an answer may have 32 bytes for each value and a megabyte, and never more than 256 megabytes", async () => {
  const sizes: [count: number, dimensions: number | undefined, most: number][] = [
    [1, undefined, 1 * 8192 * 32 + 1_000_000],
    [2, 4, 2 * 4 * 32 + 1_000_000],
    [100, 1536, 100 * 1536 * 32 + 1_000_000],
    [2000, 3072, 2000 * 3072 * 32 + 1_000_000],
    [2000, 8192, 256_000_000],
    [2000, undefined, 256_000_000],
  ];
  for (const [count, dimensions, most] of sizes) {
    const seen: number[] = [];
    const create: OpenAIClient["embeddings"]["create"] = (_, { fetchOptions }) => {
      seen.push((fetchOptions as { maxBytes: number }).maxBytes);
      return {
        withResponse: () => Promise.reject(Object.assign(new Error("no"), { status: 403 })),
      };
    };
    const client = { baseURL: "http://127.0.0.1/v1", embeddings: { create } } as OpenAIClient;
    const texts = Array.from({ length: count }, (_, i) => `${i}`);
    const limits = { requestsPerMinute: 1000 }; // so that the first request is no smaller one
    const embedder = createOpenAIEmbedder({ client, model: "m", dimensions, ...limits });
    await expect(embedder.embed(texts)).rejects.toThrow("no");
    expect(seen).toEqual([most]);
  }
});
