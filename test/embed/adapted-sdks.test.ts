import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import {
  applyAdapter,
  createFunctionEmbedder,
  createHashingEmbedder,
  createMemoryStore,
  createRandom,
  fromRows,
  identityAdapter,
  withAdapter,
  withCache,
  type Adapter,
  type Embedder,
} from "embedtune";
import { rowOf } from "embedtune/math";
import {
  adapterMiddleware,
  fromAISDK,
  toAISDK,
  type AISDKEmbeddingModel,
  type AISDKModel,
} from "embedtune/ai-sdk";
import { fromLangChain, toLangChain } from "embedtune/langchain";

// The packages are those the benchmark compares with: `npm ci --prefix bench`.
const bench = new URL("../../bench/package.json", import.meta.url);
const installed = existsSync(new URL("node_modules/ai", bench));
const load = createRequire(bench);

const embedder = createHashingEmbedder({ dimensions: 16 });
const random = createRandom("adapted");
const square = (): Adapter["query"] => ({
  center: null,
  weights: fromRows(
    Array.from({ length: 16 }, () => Array.from({ length: 16 }, () => random.normal())),
  ),
});
/** Other maps for queries and for passages. */
const adapter: Adapter = {
  ...identityAdapter(16, embedder.id),
  query: square(),
  passage: square(),
  metadata: { embedder: embedder.id, method: "test", side: "both" },
};
const texts = ["reset my password", "cancel the plan", "change an address"];
async function expected(side: "query" | "passage"): Promise<number[][]> {
  const adapted = applyAdapter(adapter, await embedder.embed(texts), { side });
  return texts.map((_, i) => Array.from(rowOf(adapted, i)));
}

describe("withAdapter", () => {
  it("gives each side's vectors as applyAdapter does, in batches too", async () => {
    const adapted = withAdapter(embedder, adapter);
    for (const side of ["query", "passage"] as const) {
      const vectors = await adapted.embed(texts, { side });
      expect(texts.map((_, i) => Array.from(rowOf(vectors, i)))).toEqual(await expected(side));
    }
    const batched = createFunctionEmbedder(async (some) => embedder.embed(some), {
      ...{ id: embedder.id, batchSize: 2 },
    });
    const rows: number[][] = [];
    for await (const { indices, vectors } of withAdapter(batched, adapter).embedBatches!(texts, {
      side: "query",
    })) {
      for (const [k, i] of indices.entries()) rows[i] = Array.from(rowOf(vectors, k));
    }
    expect(rows).toEqual(await expected("query"));
  });

  it("is another embedder to a cache than the one it stands on, and than one with another adapter", async () => {
    const adapted = withAdapter(embedder, adapter);
    expect(adapted.id).toMatch(/^hashing\/.*\+[0-9a-f]{16}$/);
    expect(withAdapter(embedder, { ...adapter, query: square() }).id).not.toBe(adapted.id);
    const store = createMemoryStore();
    await withCache(embedder, store).embed(texts);
    const cached = withCache(adapted, store);
    await cached.embed(texts, { side: "query" });
    expect((await cached.embed(texts, { side: "passage" })).data).toEqual(
      (await adapted.embed(texts, { side: "passage" })).data,
    );
  });

  it("refuses an adapter of another embedder", () => {
    expect(() => withAdapter(createHashingEmbedder({ dimensions: 32 }), adapter)).toThrow(
      'withAdapter: embedder must be "hashing/char-3-5/16/v1", which the adapter was fitted on (prefixes belong to it)',
    );
  });
});

describe("toAISDK and adapterMiddleware", () => {
  it("takes the side from the call, else from the model, and refuses another", async () => {
    const model = toAISDK(withAdapter(embedder, adapter), { side: "passage" });
    expect((await model.doEmbed({ values: texts })).embeddings).toEqual(await expected("passage"));
    const providerOptions = { embedtune: { side: "query" } };
    expect((await model.doEmbed({ values: texts, providerOptions })).embeddings).toEqual(
      await expected("query"),
    );
    await expect(
      model.doEmbed({ values: texts, providerOptions: { embedtune: { side: "left" } } }),
    ).rejects.toThrow('toAISDK: providerOptions.embedtune.side must be "query" or "passage"');
    expect(() => toAISDK(embedder, { side: "left" as "query" })).toThrow("toAISDK: side");
  });

  it("is an embedder once more by fromAISDK", async () => {
    const again = await fromAISDK(
      toAISDK(embedder, { side: "query" }) as unknown as AISDKEmbeddingModel,
    );
    expect(Array.from((await again.embed(texts)).data)).toEqual(
      Array.from((await embedder.embed(texts)).data),
    );
  });

  it("refuses a model that the adapter was not fitted on, and says how to vouch for it", async () => {
    const call = {
      doEmbed: async () => ({ embeddings: [[1]] }),
      params: {},
      model: { provider: "other", modelId: "model" },
    };
    await expect(adapterMiddleware(adapter, { side: "query" }).wrapEmbed(call)).rejects.toThrow(
      "options.embedder says that the vectors are the same",
    );
  });

  describe.skipIf(!installed)("in the real AI SDK", () => {
    const { embed, embedMany, wrapEmbeddingModel } = installed
      ? (load("ai") as {
          embed(options: object): Promise<{ embedding: number[] }>;
          embedMany(options: object): Promise<{ embeddings: number[][] }>;
          wrapEmbeddingModel(options: object): AISDKModel;
        })
      : ({} as never);

    it("embeds by an adapted model", async () => {
      const model = toAISDK(withAdapter(embedder, adapter), { side: "passage" });
      expect((await embedMany({ model, values: texts })).embeddings).toEqual(
        await expected("passage"),
      );
      const providerOptions = { embedtune: { side: "query" } };
      const { embedding } = await embed({ model, value: texts[1], providerOptions });
      expect(embedding).toEqual((await expected("query"))[1]);
    });

    it("puts an adapter behind any model", async () => {
      const model = toAISDK(embedder, { side: "query" });
      const middleware = adapterMiddleware(adapter, { side: "query", embedder: embedder.id });
      const wrapped = wrapEmbeddingModel({ model, middleware });
      expect((await embedMany({ model: wrapped, values: texts })).embeddings).toEqual(
        await expected("query"),
      );
    });

    it("stops when it is told to", async () => {
      const slow: Embedder = createFunctionEmbedder(() => new Promise<never>(() => undefined), {
        id: "slow",
      });
      const controller = new AbortController();
      const job = embed({
        model: toAISDK(slow, { side: "query" }),
        value: "x",
        abortSignal: controller.signal,
        maxRetries: 0,
      });
      controller.abort(new Error("enough"));
      await expect(job).rejects.toThrow("enough");
    });
  });
});

describe("toLangChain", () => {
  it("takes each method's own side, and is an embedder once more by fromLangChain", async () => {
    const embeddings = toLangChain(withAdapter(embedder, adapter));
    expect(await embeddings.embedQuery(texts[2])).toEqual((await expected("query"))[2]);
    expect(await embeddings.embedDocuments(texts)).toEqual(await expected("passage"));
    const again = fromLangChain(embeddings, { id: "again" });
    const vectors = await again.embed(texts, { side: "query" });
    expect(texts.map((_, i) => Array.from(rowOf(vectors, i)))).toEqual(await expected("query"));
  });

  it.skipIf(!installed)("searches a real vector store of LangChain", async () => {
    const { MemoryVectorStore } = load("@langchain/classic/vectorstores/memory") as {
      MemoryVectorStore: {
        fromTexts(
          texts: string[],
          metadata: object[],
          embeddings: object,
        ): Promise<{
          similaritySearchWithScore(
            query: string,
            k: number,
          ): Promise<[{ pageContent: string }, number][]>;
        }>;
      };
    };
    const store = await MemoryVectorStore.fromTexts(
      texts,
      texts.map((_, i) => ({ i })),
      toLangChain(withAdapter(embedder, adapter)),
    );
    const [queries, passages] = [await expected("query"), await expected("passage")];
    const cosine = (i: number): number =>
      queries[0].reduce((sum, x, k) => sum + x * passages[i][k], 0);
    const best = [0, 1, 2].reduce((a, b) => (cosine(b) > cosine(a) ? b : a));
    const [[found, score]] = await store.similaritySearchWithScore(texts[0], 1);
    expect(found.pageContent).toBe(texts[best]);
    expect(score).toBeCloseTo(cosine(best), 5);
  });
});
