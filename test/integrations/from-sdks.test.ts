import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, withCache, type Embedder } from "embedtune";
import { rowOf } from "embedtune/math";
import { fromAISDK, type AISDKEmbeddingModel } from "embedtune/ai-sdk";
import { fromLangChain, type LangChainEmbeddings } from "embedtune/langchain";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
} from "../support/fake-openai-server.js";
import { installed, load, majorOf } from "./sdks.js";

let server: FakeOpenAIServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const start = async (options: FakeServerOptions = {}): Promise<string> => {
  server = await startFakeOpenAI(options);
  return server.baseURL;
};

const texts = Array.from({ length: 90 }, (_, i) => `text number ${i}`);

async function expectItsVectors(embedder: Embedder): Promise<void> {
  const cached = withCache(embedder, createMemoryStore());
  const vectors = await cached.embed(texts);
  for (const [i, text] of texts.entries()) expect(rowOf(vectors, i)).toEqual(fakeVector(text, 8));
  expect((await cached.embed(texts)).data).toEqual(vectors.data);
  expect(cached.statistics()).toEqual({ hits: 90, misses: 90, damaged: 0 });
}

describe.skipIf(!installed)(`a model of the AI SDK ${majorOf("ai")}`, () => {
  const modelAt = (baseURL: string): AISDKEmbeddingModel => {
    const { createOpenAI } = load<{
      createOpenAI(options: object): { embeddingModel(name: string): AISDKEmbeddingModel };
    }>("@ai-sdk/openai");
    return createOpenAI({ apiKey: "test", baseURL }).embeddingModel("fake");
  };

  it("embeds, in batches of the size asked for", async () => {
    const model = modelAt(await start());
    const embedder = await fromAISDK(model, { batchSize: 40 });
    expect(embedder.id).toBe("openai.embedding/fake");
    await expectItsVectors(embedder);
    expect(server?.log.map(({ inputs }) => inputs.length)).toEqual([40, 40, 10]);
  });

  it("is asked again after what passes, and waits as long as the server says", async () => {
    const headers = { "retry-after-ms": "40" };
    const model = modelAt(
      await start({
        misbehave: (_, n) =>
          n < 2 ? { kind: "status", status: n === 0 ? 429 : 503, headers } : undefined,
      }),
    );
    // Waits of half a second and more are not for a test: capped, they are still no shorter than the server's.
    await expectItsVectors(await fromAISDK(model, { batchSize: 90, maxWaitMs: 50 }));
    const at = server?.log.map((request) => request.at) ?? [];
    expect(at).toHaveLength(3);
    expect(at[1] - at[0]).toBeGreaterThanOrEqual(39);
  });

  it("is not asked again when the quota is used up, or the request is wrong", async () => {
    for (const [status, code] of [
      [429, "insufficient_quota"],
      [400, "invalid_request_error"],
    ] as const) {
      const error = { message: "no", type: code, code, param: null };
      const model = modelAt(await start({ misbehave: () => ({ kind: "status", status, error }) }));
      const embedder = await fromAISDK(model);
      await expect(embedder.embed(["a"])).rejects.toThrow("no");
      expect(server?.requests()).toBe(1);
      await server?.close();
    }
  });

  it("stops in the middle of a wait", async () => {
    const model = modelAt(await start({ misbehave: () => ({ kind: "status", status: 503 }) }));
    const embedder = await fromAISDK(model);
    const stop = new AbortController();
    const job = embedder.embed(["a"], { signal: stop.signal });
    while (server?.requests() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("enough"));
    await expect(job).rejects.toThrow("enough");
  });
});

describe.skipIf(!installed)("embeddings of the real LangChain", () => {
  it("embed passages in batches and queries one by one", async () => {
    const baseURL = await start();
    const { OpenAIEmbeddings } = load<{
      OpenAIEmbeddings: new (options: object) => LangChainEmbeddings;
    }>("@langchain/openai");
    const embeddings = new OpenAIEmbeddings({
      apiKey: "test",
      model: "fake",
      configuration: { baseURL },
    });
    await expectItsVectors(fromLangChain(embeddings, { id: "fake/8", batchSize: 50 }));
    const query = await fromLangChain(embeddings, { id: "fake/8" }).embed(["who?"], {
      side: "query",
    });
    expect(rowOf(query, 0)).toEqual(fakeVector("who?", 8));
  });
});
