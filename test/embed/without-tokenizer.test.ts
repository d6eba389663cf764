import fc from "fast-check";
import type * as Cl100k from "gpt-tokenizer/encoding/cl100k_base";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore, estimateEmbedding, withCache } from "embedtune";
import {
  createOpenAIEmbedder,
  embedWithOpenAIBatches,
  type OpenAIEmbedderOptions,
} from "embedtune/openai";
import { createTokenScale } from "../../src/embed/openai/tokens/token-scale.js";
import { utf8Length } from "../../src/embed/openai/tokens/utf8-length.js";
import { rowOf } from "../../src/math/matrix.js";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
} from "../support/fake-openai-server.js";

vi.mock("gpt-tokenizer/encoding/cl100k_base", () => {
  throw new Error("Cannot find package 'gpt-tokenizer'");
});

let server: FakeOpenAIServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

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

const asked = (): string[] => (server?.log ?? []).flatMap(({ inputs }) => inputs);

describe("without the tokenizer's package", () => {
  it("embeds what has no more bytes than the model takes tokens", async () => {
    const embedder = await start();
    const texts = ["a".repeat(8191), "ä".repeat(4095), ""].filter((text) => text !== "");
    const vectors = await embedder.embed(texts);
    for (const [i, text] of texts.entries()) {
      expect(rowOf(vectors, i)).toEqual(fakeVector(text, 8));
    }
    expect(embedder.usage().longTexts).toBe(0);
  });

  it("refuses a text that may be too long, before anything is sent, and names the command", async () => {
    for (const longInputs of ["cut", "refuse", "average"] as const) {
      const embedder = await start({}, { longInputs });
      const sentence =
        `embed: "${"ä".repeat(56)}… has 8192 bytes and so may have more than the 8191 tokens that the model takes; ` +
        'to count them, npm install gpt-tokenizer@4, or set longInputs to "cut-bytes" to embed the first 8191 bytes';
      const texts = ["short", "ä".repeat(4096)];
      const cached = withCache(embedder, createMemoryStore());
      await expect(cached.embed(texts)).rejects.toThrow(new Error(sentence));
      await expect(embedder.plan(texts)).rejects.toThrow("npm install gpt-tokenizer@4");
      expect(asked()).toEqual([]);
      await server?.close();
    }
  });

  it("names the command in the Batch API's job, too", async () => {
    server = await startFakeOpenAI();
    const options = { apiKey: "test", baseURL: server.baseURL, model: "fake" };
    const job = embedWithOpenAIBatches(["x".repeat(9000)], createMemoryStore(), options);
    await expect(job).rejects.toThrow(
      /^embedWithOpenAIBatches: .*npm install gpt-tokenizer@4, or set longInputs/,
    );
    expect(server.batches).toHaveLength(0);
  });

  it("cuts by bytes between two characters where the caller allows it, and says so in the id", async () => {
    const embedder = await start({}, { maxTokensPerInput: 7, longInputs: "cut-bytes" });
    const texts = ["1234567", "12345678", "ääää", "日本語", "🌍🌍", "ab\ud800cdef"];
    await embedder.embed(texts);
    expect(asked()).toEqual(["1234567", "1234567", "äää", "日本", "🌍", "ab\ud800cd"]);
    expect(embedder.usage().longTexts).toBe(5);
    expect(embedder.id).toBe("127.0.0.1/fake/cut-bytes/to-7");
  });

  it("takes the caller's own tokenizer", async () => {
    const tokenizer = { count: () => 3, cut: (text: string) => text.slice(0, 2) };
    const embedder = await start({}, { tokenizer, maxTokensPerInput: 2 });
    await embedder.embed(["abcd"]);
    expect(asked()).toEqual(["ab"]);
  });

  it("packs by bytes until an answer tells the tokens, then by what answers tell", async () => {
    // A token has 4 bytes here; the first request keeps 1,000 bytes, later ones 1,000 tokens with a fifth to spare.
    const embedder = await start(
      { countTokens: (text) => text.length / 4 },
      { maxTokensPerRequest: 1000, concurrency: 1 },
    );
    await embedder.embed(Array.from({ length: 200 }, (_, i) => String(i).padEnd(100, ".")));
    const sizes = server?.log.map(({ inputs }) => inputs.length) ?? [];
    expect(sizes[0]).toBe(10);
    // A batch is packed while the one before is on its way.
    expect(sizes.slice(2, -1).every((size) => size === 33)).toBe(true);
    expect(Math.max(...(server?.log.map(({ tokens }) => tokens) ?? []))).toBeLessThanOrEqual(1000);
  });

  it("keeps a server's limit of tokens by the same figure", async () => {
    const limits = { requests: 1000, tokens: 2000, windowMs: 300, model: "window" } as const;
    const embedder = await start(
      { limits, countTokens: (text) => Math.ceil(text.length / 4) },
      { rateWindowMs: limits.windowMs, maxInputsPerRequest: 20 },
    );
    await embedder.embed(Array.from({ length: 300 }, (_, i) => String(i).padEnd(100, ".")));
    expect(server?.violations()).toBe(0);
    // By bytes, each request would have a window of its own.
    const times = (server?.log ?? []).map(({ at }) => at);
    const close = times.filter((at, i) => i > 0 && at - times[i - 1] < limits.windowMs / 2);
    expect(close.length).toBeGreaterThan(times.length / 3);
  });

  it("plans by bytes, and says that they are an upper bound", async () => {
    const embedder = await start({}, { model: "text-embedding-3-small" });
    const plan = await embedder.plan(["one two", "ä"]);
    expect(plan).toMatchObject({ tokens: 9, counted: false, cost: (9 * 0.02) / 1e6, longTexts: 0 });
    const { tokens, cost } = await estimateEmbedding(embedder, ["one two", "ä"]);
    expect(tokens).toEqual({ low: 2, high: 9 });
    expect(cost?.high).toBeCloseTo((9 * 0.02) / 1e6, 12);
    expect(cost?.low).toBeCloseTo((2 * 0.02) / 1e6, 12);
  });
});

describe("the bound on tokens", () => {
  it("holds for the real tokenizer: no text has more tokens than bytes", async () => {
    const { encode } = await vi.importActual<typeof Cl100k>("gpt-tokenizer/encoding/cl100k_base");
    const plain = { disallowedSpecial: new Set<string>() };
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(encode(text, plain).length).toBeLessThanOrEqual(utf8Length(text));
      }),
    );
  });
});

describe("the scale from bytes to the server's tokens", () => {
  const ofBytes = () => {
    const scale = createTokenScale();
    scale.sizeByBytes();
    return scale;
  };

  it("is a token a byte until an answer tells better", () => {
    const scale = ofBytes();
    expect(scale.value).toBe(1);
    scale.learn(400, 100);
    expect(scale.value).toBeCloseTo(1.2 * 0.25, 12);
  });

  it("rises at once where texts become denser, and is slow to fall", () => {
    const scale = ofBytes();
    for (let i = 0; i < 64; i++) scale.learn(400, 100);
    for (let i = 0; i < 4; i++) scale.learn(400, 200);
    expect(scale.value).toBeCloseTo(1.2 * 0.5, 12);
    for (let i = 0; i < 4; i++) scale.learn(400, 100);
    expect(scale.value).toBeGreaterThan(1.2 * 0.26);
  });

  it("is never more than a token a byte, nor 0, whatever servers count", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1000), fc.nat(5000)), { maxLength: 100 }), (answers) => {
        const scale = ofBytes();
        for (const [size, counted] of answers) scale.learn(size, counted);
        expect(scale.value).toBeGreaterThan(0);
        expect(scale.value).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is the most that was seen, at least 1, where inputs are sized in tokens", () => {
    const scale = createTokenScale();
    scale.learn(100, 80);
    expect(scale.value).toBe(1);
    scale.learn(100, 150);
    scale.learn(100, 110);
    scale.learn(0, 10);
    expect(scale.value).toBe(1.5);
  });
});
