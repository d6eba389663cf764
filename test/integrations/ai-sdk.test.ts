import { afterEach, describe, expect, it } from "vitest";
import {
  applyAdapter,
  createFunctionEmbedder,
  createMemoryStore,
  withAdapter,
  withCache,
} from "embedtune";
import {
  adapterMiddleware,
  fromAISDK,
  toAISDK,
  type AISDKEmbeddingModel,
  type AISDKModel,
} from "embedtune/ai-sdk";
import { createMovedPassages, moveRows, withMovedPassages } from "embedtune/answered";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
} from "../support/fake-openai-server.js";
import { adapter, adapterOf, embedder, expected, listOf, texts } from "./adapted.js";
import { installed, load, majorOf } from "./sdks.js";

const adapted = withAdapter(embedder, adapter);

describe("toAISDK and adapterMiddleware", () => {
  it("take the side from the call, else from the model, and refuse another", async () => {
    const model = toAISDK(adapted, { side: "passage" });
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

  it("are an embedder once more by fromAISDK", async () => {
    const again = await fromAISDK(
      toAISDK(embedder, { side: "query" }) as unknown as AISDKEmbeddingModel,
    );
    expect(Array.from((await again.embed(texts)).data)).toEqual(
      Array.from((await embedder.embed(texts)).data),
    );
  });

  it("refuse a model, dimensions and an index that the adapter was not fitted for, and say what to do", async () => {
    const call = (embeddings: number[][], model = { provider: "other", modelId: "model" }) => ({
      ...{ doEmbed: async () => ({ embeddings }), params: {}, model },
    });
    const middleware = adapterMiddleware(adapter, { side: "query" });
    await expect(middleware.wrapEmbed(call([[1]]))).rejects.toThrow(
      "the option embedder vouches that both give the same vectors",
    );
    const vouched = adapterMiddleware(adapter, { side: "query", embedder: embedder.id });
    await expect(vouched.wrapEmbed(call([[1, 2]]))).rejects.toThrow(
      "adapterMiddleware: vectors must be of the 16 dimensions that the adapter was fitted on (ask the model for so many",
    );
    expect(() => adapterMiddleware(adapter, { side: "query", index: "untouched" })).toThrow(
      "best-query-only.safetensors",
    );
    // The length that fromAISDK was told is part of the id, and the model does not know it; prefixes it does not put.
    const sized = adapterMiddleware(adapterOf("other/model/16"), { side: "query" });
    const [vector] = listOf(await embedder.embed(texts));
    await expect(sized.wrapEmbed(call([vector]))).resolves.toBeDefined();
    const prefixed = adapterOf("other/model/16?query=query%3A%20&passage=");
    await expect(
      adapterMiddleware(prefixed, { side: "query" }).wrapEmbed(call([vector])),
    ).rejects.toThrow("withPrefixes puts them before the texts");
  });

  it("say what was judged of the vectors they give", async () => {
    const words = { verdict: "use it", sentence: "use it: as was judged." };
    const { providerMetadata } = await toAISDK(adapted, { side: "query" }).doEmbed({
      values: texts,
    });
    expect(providerMetadata?.embedtune).toMatchObject(words);
    expect(
      await toAISDK(embedder, { side: "query" }).doEmbed({ values: texts }),
    ).not.toHaveProperty("providerMetadata");
  });
});

describe.skipIf(!installed)(`in the AI SDK ${majorOf("ai")}`, () => {
  type Answer = {
    embedding: number[];
    embeddings: number[][];
    usage: { tokens: number };
    providerMetadata?: Record<string, Record<string, unknown>>;
  };
  const { embed, embedMany, wrapEmbeddingModel } = load<{
    embed(options: object): Promise<Answer>;
    embedMany(options: object): Promise<Answer>;
    wrapEmbeddingModel(options: object): AISDKModel;
  }>("ai");

  let server: FakeOpenAIServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  /** A provider's own model, at a server that answers with 16 values. */
  const provided = async (options: FakeServerOptions = {}): Promise<AISDKEmbeddingModel> => {
    server = await startFakeOpenAI({ dimensions: 16, ...options });
    const { createOpenAI } = load<{
      createOpenAI(options: object): { embeddingModel(name: string): AISDKEmbeddingModel };
    }>("@ai-sdk/openai");
    return createOpenAI({ apiKey: "test", baseURL: server.baseURL }).embeddingModel("fake");
  };
  const fitted = adapterOf("openai.embedding/fake/16");
  const wrap = async (options?: FakeServerOptions): Promise<AISDKModel> =>
    wrapEmbeddingModel({
      model: await provided(options),
      middleware: adapterMiddleware(fitted, { side: "query" }),
    });
  const mapped = (values: readonly string[], side: "query" | "passage" = "query"): number[][] =>
    values.map((text) => Array.from(applyAdapter(fitted, fakeVector(text, 16), { side })));
  /** To single precision: the provider sends decimals. */
  const near = (found: number[][], wanted: number[][]): void => {
    expect(found).toHaveLength(wanted.length);
    for (const [i, row] of found.entries()) {
      for (const [k, value] of row.entries()) expect(value).toBeCloseTo(wanted[i][k], 5);
    }
  };

  it("embeds by an adapted model", async () => {
    const model = toAISDK(adapted, { side: "passage" });
    const { embeddings, providerMetadata } = await embedMany({ model, values: texts });
    expect(embeddings).toEqual(await expected("passage"));
    expect(providerMetadata?.embedtune.sentence).toBe("use it: as was judged.");
    const providerOptions = { embedtune: { side: "query" } };
    const { embedding } = await embed({ model, value: texts[1], providerOptions });
    expect(embedding).toEqual((await expected("query"))[1]);
  });

  it("puts an adapter behind a provider's model, keeps its token count, and takes the side of a call", async () => {
    const model = await wrap();
    const { embeddings, usage, providerMetadata } = await embedMany({ model, values: texts });
    near(embeddings, mapped(texts));
    expect(usage.tokens).toBe(texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0));
    expect(providerMetadata?.embedtune.verdict).toBe("use it");
    const providerOptions = { embedtune: { side: "passage" } };
    const { embedding } = await embed({ model, value: texts[0], providerOptions });
    near([embedding], mapped([texts[0]], "passage"));
  });

  it("keeps each text's vector where many calls run at once, and where values go in several calls", async () => {
    const model = await wrap({ delayMs: (inputs) => 60 + (inputs[0].length % 3) * 5 });
    const many = Array.from({ length: 30 }, (_, i) => `${"x".repeat(i)} text`);
    const answers = await Promise.all(many.map((value) => embed({ model, value })));
    near(
      answers.map(({ embedding }) => embedding),
      mapped(many),
    );
    expect(server?.mostAtOnce()).toBeGreaterThan(1);
    await server?.close();
    // A provider's limit splits values: seven a call.
    const inner = await provided();
    const small = {
      ...{ specificationVersion: "v3", provider: inner.provider, modelId: inner.modelId },
      ...{ maxEmbeddingsPerCall: 7, supportsParallelCalls: true },
      doEmbed: (options: Parameters<typeof inner.doEmbed>[0]) => inner.doEmbed(options),
    };
    const middleware = adapterMiddleware(fitted, { side: "query" });
    const wrapped = wrapEmbeddingModel({ model: small, middleware });
    const { embeddings, usage } = await embedMany({ model: wrapped, values: many });
    near(embeddings, mapped(many));
    expect(server?.log.map(({ inputs }) => inputs.length).sort()).toEqual([2, 7, 7, 7, 7]);
    expect(usage.tokens).toBe(server?.log.reduce((sum, { tokens }) => sum + tokens, 0));
  });

  it("lets the SDK repeat what passes, and adapts once", async () => {
    const model = await wrap({
      misbehave: (_, n) =>
        n === 0 ? { kind: "status", status: 503, headers: { "retry-after-ms": "1" } } : undefined,
    });
    const { embedding } = await embed({ model, value: texts[0] });
    near([embedding], mapped([texts[0]]));
    expect(server?.requests()).toBe(2);
  });

  it("passes a provider's error through as it is", async () => {
    const error = { message: "that model is not yours", type: "invalid_request_error", code: null };
    const model = await wrap({ misbehave: () => ({ kind: "status", status: 403, error }) });
    const failed = await embed({ model, value: "x" }).catch((caught: unknown) => caught);
    expect(failed).toMatchObject({ name: "AI_APICallError", statusCode: 403 });
    expect((failed as Error).message).toBe("that model is not yours");
    expect(server?.requests()).toBe(1);
  });

  it("embeds nothing where there is nothing", async () => {
    const none = { embeddings: [] };
    expect(
      await embedMany({ model: toAISDK(adapted, { side: "query" }), values: [] }),
    ).toMatchObject(none);
    const model = {
      ...{ specificationVersion: "v3", provider: "openai.embedding", modelId: "fake" },
      ...{ maxEmbeddingsPerCall: undefined, supportsParallelCalls: true },
      doEmbed: async () => ({ embeddings: [], warnings: [] }),
    };
    const middleware = adapterMiddleware(fitted, { side: "query" });
    const wrapped = wrapEmbeddingModel({ model, middleware });
    expect(await embedMany({ model: wrapped, values: [] })).toMatchObject(none);
  });

  it("stops when it is told to, by a model and behind a middleware", async () => {
    const slow = createFunctionEmbedder(() => new Promise<never>(() => undefined), { id: "slow" });
    const models = [toAISDK(slow, { side: "query" }), await wrap({ delayMs: 60_000 })];
    for (const model of models) {
      const controller = new AbortController();
      const abortSignal = controller.signal;
      const job = embed({ model, value: "x", abortSignal, maxRetries: 0 });
      setTimeout(() => controller.abort(new Error("enough")), 20);
      await expect(job).rejects.toThrow(/enough|abort/);
    }
  });

  it("sends nothing twice where a cache stands inside", async () => {
    const base = await fromAISDK(await provided(), { dimensions: 16 });
    const cached = withCache(base, createMemoryStore());
    const model = toAISDK(withAdapter(cached, fitted), { side: "query" });
    for (let i = 0; i < 2; i++)
      near((await embedMany({ model, values: texts })).embeddings, mapped(texts));
    expect(server?.requests()).toBe(1);
  });

  it("gives moved passages their places", async () => {
    const passages = await adapted.embed(texts);
    const asked = await adapted.embed(["forgot it"], { side: "query" });
    const pairs = { query: Uint32Array.of(0), passage: Uint32Array.of(0), label: Uint8Array.of(1) };
    const move = { kind: "mean", strength: 1 } as const;
    const moved = createMovedPassages(
      { moved: moveRows(passages, asked, pairs, move), passages, ids: texts },
      { move, metadata: { embedder: embedder.id, verdict: "use it", sentence: "use it: moved." } },
    );
    const served = withMovedPassages(adapted, moved, { idOf: (text) => text });
    const { embeddings, providerMetadata } = await embedMany({
      model: toAISDK(served, { side: "passage" }),
      values: texts,
    });
    expect(embeddings[0]).toEqual(listOf(moved.vectors)[0]);
    expect(embeddings[1]).toEqual((await expected("passage"))[1]);
    expect(providerMetadata?.embedtune.sentence).toBe("use it: moved.");
  });

  it.skipIf(majorOf("ai") < 7)("refuses a length that vectors do not have", async () => {
    const model = toAISDK(adapted, { side: "query" });
    await expect(embedMany({ model, values: texts, dimensions: 8 })).rejects.toThrow(
      "toAISDK: dimensions must be the embedder's 16, or left out, received 8",
    );
    await expect(embed({ model: await wrap(), value: "x", dimensions: 8 })).rejects.toThrow(
      "ask the model for so many",
    );
    expect((await embed({ model, value: texts[0], dimensions: 16 })).embedding).toHaveLength(16);
  });
});
