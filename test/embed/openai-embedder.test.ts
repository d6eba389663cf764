import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, withCache, type Matrix } from "embedtune";
import {
  createOpenAIEmbedder,
  EmbeddingRequestError,
  type OpenAIEmbedderOptions,
} from "embedtune/openai";
import { rowOf } from "../../src/math/matrix.js";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
  type Fault,
} from "../support/fake-openai-server.js";

let server: FakeOpenAIServer;
afterEach(() => server.close());

async function start(options: FakeServerOptions = {}, overrides = {}) {
  server = await startFakeOpenAI(options);
  return createOpenAIEmbedder({
    apiKey: "test",
    baseURL: server.baseURL,
    model: "fake",
    maxWaitMs: 5,
    ...overrides,
  });
}

function expectVectors(matrix: Matrix, texts: readonly string[], dimensions = 8): void {
  expect(matrix.rows).toBe(texts.length);
  for (const [i, text] of texts.entries()) {
    expect(rowOf(matrix, i)).toEqual(fakeVector(text, dimensions));
  }
}

/** Inputs of each request, largest first: concurrent requests arrive in any order. */
const sizes = (): number[] => server.log.map(({ inputs }) => inputs.length).sort((a, b) => b - a);

const texts = Array.from({ length: 25 }, (_, i) => `text number ${i}`);

describe("the OpenAI embedder", () => {
  it("gives each text its vector, asked for in base64", async () => {
    const embedder = await start({}, { maxInputsPerRequest: 10 });
    expectVectors(await embedder.embed(texts), texts);
    expect(sizes()).toEqual([10, 10, 5]);
    expect(server.log[0].body.encoding_format).toBe("base64");
    expect(server.log[0].headers.authorization).toBe("Bearer test");
    expect(embedder.dimensions).toBe(8);
    expect(embedder.usage()).toMatchObject({ requests: 3, longTexts: 0 });
    expect(embedder.usage().tokens).toBe(server.log.reduce((sum, { tokens }) => sum + tokens, 0));
  });

  it("packs requests by tokens too", async () => {
    const embedder = await start({}, { maxTokensPerRequest: 11 });
    await embedder.embed(["one two three four", "five six seven eight", "nine ten eleven twelve"]);
    expect(sizes()).toEqual([2, 1]);
  });

  it("cuts a text at a token, on whole characters, and says how many it cut", async () => {
    const embedder = await start({}, { maxTokensPerInput: 7 });
    const long = "naïve 日本語のテキスト and more";
    await embedder.embed(["short", long]);
    const [, sent] = server.log[0].inputs;
    expect(long.startsWith(sent)).toBe(true);
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.length).toBeLessThan(long.length);
    expect(embedder.usage().longTexts).toBe(1);
  });

  it("takes a text that spells a control token for what it is", async () => {
    const embedder = await start();
    expectVectors(await embedder.embed(["<|endoftext|>"]), ["<|endoftext|>"]);
  });

  it("keeps no more requests under way than allowed", async () => {
    const embedder = await start({ delayMs: 50 }, { maxInputsPerRequest: 1, concurrency: 3 });
    await embedder.embed(texts);
    expect(server.mostAtOnce()).toBe(3);
  });

  it("asks for dimensions where they are given, and names them in its id", async () => {
    const embedder = await start({}, { dimensions: 4, provider: "openai" });
    const { cols } = await embedder.embed(["a"]);
    expect(cols).toBe(4);
    expect(embedder.id).toBe("openai/fake/4");
    expect(server.log[0].body.dimensions).toBe(4);
  });

  it("refuses dimensions for OpenAI's model that takes none, before anything is sent", async () => {
    const elsewhere = await start({}, { model: "text-embedding-ada-002", dimensions: 4 });
    expect(elsewhere.dimensions).toBe(4); // another server's model may be of any kind
    const baseURL = "https://api.openai.com/v1";
    expect(() => createOpenAIEmbedder({ apiKey: "test", baseURL, dimensions: 512 })).toThrow(
      "createOpenAIEmbedder: dimensions must be left out for text-embedding-ada-002",
    );
  });

  it("refuses options that are out of range, by name", async () => {
    await start();
    const of = (options: OpenAIEmbedderOptions) => () =>
      createOpenAIEmbedder({ apiKey: "test", baseURL: server.baseURL, ...options });
    expect(of({ concurrency: 0 })).toThrow(
      "createOpenAIEmbedder: concurrency must be an integer >= 1, received 0",
    );
    expect(of({ maxRetries: -1 })).toThrow(
      "createOpenAIEmbedder: maxRetries must be a number >= 0, received -1",
    );
    expect(of({ longInputs: "split" as "cut" })).toThrow(
      'createOpenAIEmbedder: longInputs must be "cut", "cut-bytes", "refuse" or "average", received "split"',
    );
    expect(of({ baseURL: "nowhere" })).toThrow(
      'createOpenAIEmbedder: baseURL must be an address like "https://api.openai.com/v1", received "nowhere"',
    );
  });

  const faults: Fault[] = [
    { kind: "status", status: 429, headers: { "retry-after-ms": "1" } },
    { kind: "status", status: 429, headers: { "retry-after": "0" } },
    { kind: "status", status: 500 },
    { kind: "status", status: 503 },
    { kind: "status", status: 408 },
    { kind: "status", status: 409 },
    { kind: "reset" },
    { kind: "half-body" },
    { kind: "stall" },
    { kind: "html" },
    { kind: "wrong-count" },
    { kind: "nan" },
    { kind: "wrong-length" },
    { kind: "repeated-index" },
  ];
  for (const fault of faults) {
    it(`asks again after ${JSON.stringify(fault)}`, async () => {
      const embedder = await start(
        { misbehave: (_, request) => (request === 1 ? fault : undefined) },
        {
          maxInputsPerRequest: 10,
          timeoutMs: fault.kind === "stall" ? 200 : 10_000,
          concurrency: 1,
        },
      );
      expectVectors(await embedder.embed(texts), texts);
      expect(server.log).toHaveLength(4);
    });
  }

  for (const kind of ["shuffled", "floats"] as const) {
    it(`understands an answer that is ${kind} without asking again`, async () => {
      const embedder = await start({ misbehave: () => ({ kind }) });
      expectVectors(await embedder.embed(texts), texts);
      expect(server.log).toHaveLength(1);
    });
  }

  it("stops at once when no waiting will help", async () => {
    const embedder = await start({
      misbehave: () => ({
        kind: "status",
        status: 429,
        error: {
          message: "You exceeded your current quota",
          type: "insufficient_quota",
          code: "insufficient_quota",
        },
      }),
    });
    const error = await embedder.embed(["a"]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EmbeddingRequestError);
    expect(error).toMatchObject({ status: 429, code: "insufficient_quota" });
    expect((error as Error).message).toBe(
      `${server.baseURL}/embeddings: the server answers 429 You exceeded your current quota`,
    );
    expect(server.log).toHaveLength(1);
  });

  it("wakes whoever waits when no waiting will help, but lets what is on its way arrive", async () => {
    const embedder = await start(
      {
        // The second request is told to wait for an hour, the fourth that the quota is used up, the third is slow.
        misbehave: (inputs) => {
          if (inputs.includes("text number 5")) {
            return { kind: "status", status: 503, headers: { "retry-after": "3600" } };
          }
          if (!inputs.includes("text number 15")) return undefined;
          const error = { message: "no more", type: "insufficient_quota" };
          return { kind: "status", status: 429, error };
        },
        delayMs: (inputs) => (inputs.includes("text number 10") ? 300 : 0),
      },
      { maxInputsPerRequest: 5, concurrency: 3, maxWaitMs: 3_600_000 },
    );
    const store = createMemoryStore();
    await expect(withCache(embedder, store).embed(texts)).rejects.toThrow("no more");
    expect(server.log.map(({ inputs }) => inputs[0])).not.toContain("text number 20");
    expect(server.log.filter(({ inputs }) => inputs[0] === "text number 5")).toHaveLength(1);
    const again = withCache(embedder, store);
    expect(await again.missing(texts)).toEqual([...texts.slice(5, 10), ...texts.slice(15)]);
  });

  it("gives up after its retries, in one sentence", async () => {
    const embedder = await start(
      { misbehave: () => ({ kind: "status", status: 500 }) },
      { maxRetries: 2 },
    );
    await expect(embedder.embed(["a"])).rejects.toThrow(
      `${server.baseURL}/embeddings: the server answers 500 status 500 (tried 3 times)`,
    );
  });

  it("says that nobody is there", async () => {
    const embedder = await start();
    await server.close();
    await expect(embedder.embed(["a"])).rejects.toThrow(/embeddings: the server cannot be reached/);
  });

  it("says that there is no key", async () => {
    await start();
    const { OPENAI_API_KEY, OPENAI_BASE_URL } = process.env;
    delete process.env.OPENAI_API_KEY;
    delete process.env.OPENAI_BASE_URL;
    try {
      expect(() => createOpenAIEmbedder()).toThrow(
        "createOpenAIEmbedder: apiKey or the environment variable OPENAI_API_KEY must be set, received neither",
      );
    } finally {
      if (OPENAI_API_KEY !== undefined) process.env.OPENAI_API_KEY = OPENAI_API_KEY;
      if (OPENAI_BASE_URL !== undefined) process.env.OPENAI_BASE_URL = OPENAI_BASE_URL;
    }
  });

  it("stops when it is told to, in the middle of a wait", async () => {
    const embedder = await start(
      { misbehave: () => ({ kind: "status", status: 429, headers: { "retry-after": "60" } }) },
      { maxWaitMs: 60_000 },
    );
    const controller = new AbortController();
    const promise = embedder.embed(["a"], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(promise).rejects.toThrow("enough");
  });

  it("keeps in the cache what was finished before a failure", async () => {
    const embedder = await start(
      {
        misbehave: (inputs) =>
          inputs.includes("text number 20") ? { kind: "status", status: 401 } : undefined,
      },
      { maxInputsPerRequest: 5, concurrency: 2 },
    );
    const store = createMemoryStore();
    await expect(withCache(embedder, store).embed(texts)).rejects.toThrow("401");
    const again = withCache(embedder, store);
    expectVectors(await again.embed(texts.slice(0, 20)), texts.slice(0, 20));
    expect(again.statistics()).toEqual({ hits: 20, misses: 0, damaged: 0 });
  });
});
