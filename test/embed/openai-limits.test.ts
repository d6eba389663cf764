import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore, estimateEmbedding, RefusedTextsError, withCache } from "embedtune";
import { createOpenAIEmbedder, type OpenAIEmbedderOptions } from "embedtune/openai";
import { loadCl100k, type Tokenizer } from "../../src/embed/openai/tokens/tokenizer.js";
import { createTokenEstimator } from "../../src/embed/openai/tokens/token-estimator.js";
import { norm } from "../../src/math/vectors.js";
import { rowOf } from "../../src/math/matrix.js";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
} from "../support/fake-openai-server.js";

let server: FakeOpenAIServer;
afterEach(() => server.close());

async function start(options: FakeServerOptions = {}, overrides: OpenAIEmbedderOptions = {}) {
  server = await startFakeOpenAI(options);
  return createOpenAIEmbedder({
    apiKey: "test",
    baseURL: server.baseURL,
    model: "fake",
    maxWaitMs: 5,
    ...overrides,
  });
}

const texts = Array.from({ length: 64 }, (_, i) => `text number ${i}`);
const refusal = (status: number, message: string) =>
  ({
    kind: "status",
    status,
    error: { message, type: "invalid_request_error", param: "input" },
  }) as const;

describe("a batch the server refuses", () => {
  it("is halved until the culprits are named; all others are embedded and kept", async () => {
    const culprits = ["text number 17", "text number 40"];
    const embedder = await start({
      misbehave: (inputs) =>
        inputs.some((text) => culprits.includes(text))
          ? refusal(400, "'$.input' is invalid")
          : undefined,
    });
    const store = createMemoryStore();
    const cached = withCache(embedder, store);
    // Twice the first, so that positions among the missing differ from the caller's.
    const error = await cached.embed(["text number 0", ...texts]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RefusedTextsError);
    expect((error as RefusedTextsError).refused.map(({ index, text }) => [index, text])).toEqual([
      [18, "text number 17"],
      [41, "text number 40"],
    ]);
    expect((error as Error).message).toContain(
      `texts[18] ("text number 17"): the server answers 400 '$.input' is invalid`,
    );
    const before = server.log.length;
    const good = texts.filter((text) => !culprits.includes(text));
    const matrix = await withCache(embedder, store).embed(good);
    expect(server.log.length).toBe(before);
    for (const [i, text] of good.entries()) expect(rowOf(matrix, i)).toEqual(fakeVector(text, 8));
  });

  it("teaches how many inputs the server takes, so that later batches are not refused", async () => {
    const embedder = await start(
      { misbehave: (inputs) => (inputs.length > 10 ? refusal(413, "batch too large") : undefined) },
      { maxInputsPerRequest: 32, concurrency: 1 },
    );
    const matrix = await embedder.embed(texts);
    for (const [i, text] of texts.entries()) expect(rowOf(matrix, i)).toEqual(fakeVector(text, 8));
    const refused = server.log.filter(({ inputs }) => inputs.length > 10);
    expect(refused.map(({ inputs }) => inputs.length)).toEqual([32, 16]);
  });

  it("loses no half that was answered when the other half fails for good", async () => {
    const embedder = await start(
      {
        misbehave: (inputs) => {
          if (inputs.length > 32) return refusal(413, "batch too large");
          return inputs.includes("text number 63") ? { kind: "status", status: 401 } : undefined;
        },
      },
      { requestsPerMinute: 1000 },
    );
    const store = createMemoryStore();
    await expect(withCache(embedder, store).embed(texts)).rejects.toThrow("401");
    expect(server.log.map(({ inputs }) => inputs.length)).toEqual([64, 32, 32]);
    expect(await withCache(embedder, store).missing(texts)).toEqual(texts.slice(32));
  });

  it("stops the job when it is the job that is wrong", async () => {
    const embedder = await start({ misbehave: () => refusal(400, "dimensions are not supported") });
    await expect(embedder.embed(texts)).rejects.toThrow(
      `${server.baseURL}/embeddings: the server answers 400 dimensions are not supported`,
    );
    expect(server.log.length).toBeLessThan(12);
  });

  it("is split when it is larger than the tokens of a minute, which the refusal told", async () => {
    const embedder = await start(
      {
        limits: { requests: 1000, tokens: 160, windowMs: 100 },
      },
      { rateWindowMs: 100 },
    );
    const matrix = await embedder.embed(texts);
    for (const [i, text] of texts.entries()) expect(rowOf(matrix, i)).toEqual(fakeVector(text, 8));
    expect(
      Math.max(...server.log.filter((r) => r.outcome === "answered").map((r) => r.tokens)),
    ).toBeLessThanOrEqual(160);
  });
});

describe("a text of more tokens than the model takes", () => {
  const long = "one two three four five six seven eight nine ten eleven twelve";

  it("is refused by name before anything is sent, where the caller wants that", async () => {
    const embedder = await start({}, { maxTokensPerInput: 5, longInputs: "refuse" });
    await expect(embedder.embed(["short", long])).rejects.toThrow(
      /^embed: texts\[1\] \("one two three .*: must have at most 5 tokens, received 12$/,
    );
    expect(server.log).toHaveLength(0);
  });

  it("is the mean of its parts by tokens, scaled to length 1, where the caller wants that", async () => {
    const embedder = await start(
      {},
      { maxTokensPerInput: 5, longInputs: "average", maxInputsPerRequest: 2 },
    );
    const matrix = await embedder.embed(["short", long, "other"]);
    const parts = server.log.flatMap(({ inputs }) => inputs).filter((text) => long.includes(text));
    expect([...parts].sort((a, b) => long.indexOf(a) - long.indexOf(b)).join("")).toBe(long);
    const tokenizer = (await loadCl100k()) as Tokenizer;
    const sum = new Float64Array(8);
    for (const part of parts) {
      const vector = fakeVector(part, 8);
      for (let j = 0; j < 8; j++) sum[j] += tokenizer.count(part) * vector[j];
    }
    const length = norm(sum);
    for (let j = 0; j < 8; j++) expect(rowOf(matrix, 1)[j]).toBeCloseTo(sum[j] / length, 6);
    expect(rowOf(matrix, 0)).toEqual(fakeVector("short", 8));
    expect(rowOf(matrix, 2)).toEqual(fakeVector("other", 8));
    expect(embedder.usage().longTexts).toBe(1);
    expect(embedder.id).toContain("/average/to-5");
  });
});

describe("a dry run", () => {
  it("counts what would be sent and what it would cost, and sends nothing", async () => {
    const embedder = await start({}, { model: "text-embedding-3-small", maxTokensPerInput: 8 });
    const plan = await embedder.plan(["one two", "one two", "three", "one ".repeat(20)]);
    expect(plan).toEqual({
      texts: 4,
      distinctTexts: 3,
      tokens: 2 + 1 + 8,
      counted: true,
      longTexts: 1,
      requests: 1,
      cost: (11 * 0.02) / 1e6,
      batchCost: (11 * 0.01) / 1e6,
    });
    expect(server.log).toHaveLength(0);
  });

  it("estimates exactly where tokens are counted, for whoever prices a job beforehand", async () => {
    const embedder = await start({}, { model: "text-embedding-3-small", concurrency: 2 });
    expect(await estimateEmbedding(embedder, ["one two", "three", "three"])).toEqual({
      texts: 2,
      toEmbed: 2,
      tokens: { low: 3, high: 3 },
      cost: { low: (3 * 0.02) / 1e6, high: (3 * 0.02) / 1e6 },
      requests: 1,
      minutes: { low: 0.3 / 60, high: 5 / 60 },
    });
    expect(server.log).toHaveLength(0);
  });

  it("stops when it is told to, though it waits for nothing", async () => {
    const embedder = await start({}, { maxInputsPerRequest: 1 });
    await embedder.plan(["a"]); // loads the tokenizer
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 1000));
    try {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error("enough")), 0);
      await expect(embedder.plan(texts, { signal: stop.signal })).rejects.toThrow("enough");
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("says so where the price is not known", async () => {
    const embedder = await start();
    expect((await embedder.plan(["a"])).cost).toBeUndefined();
    expect(embedder.usage().cost).toBeUndefined();
  });
});

describe("the estimate of tokens", () => {
  it("is exact for texts that could be too long, and else a little above the truth, also where the language changes", async () => {
    server = await startFakeOpenAI();
    const tokenizer = (await loadCl100k()) as Tokenizer;
    const estimator = createTokenEstimator(tokenizer, 1000);
    const english = "The quick brown fox jumps over the lazy dog near the river bank. ";
    const chinese = "敏捷的棕色狐狸跳过了河边的懒狗，然后回家吃饭。";
    const mixed = Array.from({ length: 3000 }, (_, i) =>
      (i < 1500 ? english : chinese).repeat(1 + (i % 5)),
    );
    let estimated = 0;
    let exact = 0;
    let counted = 0;
    for (const text of mixed) {
      const estimate = estimator.estimate(text);
      estimated += estimate.tokens;
      if (estimate.exact) counted++;
      exact += tokenizer.count(text);
    }
    expect(estimated).toBeGreaterThan(exact);
    expect(estimated).toBeLessThan(1.25 * exact);
    expect(counted).toBeLessThan(300);
    const long = english.repeat(30);
    expect(estimator.estimate(long)).toEqual({ tokens: tokenizer.count(long), exact: true });
  });
});
