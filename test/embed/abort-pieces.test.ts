import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore, withCache, type KeyValueStore } from "embedtune";
import { createOpenAIEmbedder, embedWithOpenAIBatches } from "embedtune/openai";
import { inPieces } from "../../src/base/event-loop.js";
import { decodeRows } from "../../src/embed/openai/decode-answer.js";
import { failureOf } from "../support/failure-of.js";
import { rightAnswer } from "../support/scripted-server.js";
import { startUnconnected } from "../support/unconnected-server.js";

const loading = vi.hoisted(() => ({ for: undefined as Promise<undefined> | undefined }));
vi.mock("../../src/embed/openai/tokens/tokenizer.js", async (original) => ({
  ...(await original<object>()),
  loadCl100k: () => loading.for ?? Promise.resolve(undefined),
}));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  loading.for = undefined;
});

/** Turns of the event loop until a promise is settled. */
async function turnsUntilSettled(promise: Promise<unknown>, most = 1000): Promise<number> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let turns = 0; turns < most; turns++) {
    if (settled) return turns;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Infinity;
}
const enough = new Error("enough");
const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`);

describe("an abort", () => {
  const calls = {
    "an embedding": (signal: AbortSignal) =>
      withCache(createOpenAIEmbedder({ apiKey: "k" }), createMemoryStore()).embed(texts, {
        signal,
      }),
    "a plan": (signal: AbortSignal) =>
      createOpenAIEmbedder({ apiKey: "k" }).plan(texts, { signal }),
    "a job of the Batch API": (signal: AbortSignal) =>
      embedWithOpenAIBatches(texts, createMemoryStore(), { apiKey: "k", signal }),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`does not wait for a tokenizer that is being loaded: ${name}`, async () => {
      loading.for = new Promise(() => undefined);
      startUnconnected(() => ({ status: 200, body: { data: [], has_more: false } }));
      const stop = new AbortController();
      const job = call(stop.signal);
      expect(await turnsUntilSettled(job, 50)).toBe(Infinity);
      stop.abort(enough);
      expect(await turnsUntilSettled(job)).toBeLessThan(5);
      expect(await failureOf(job)).toBe(enough);
    });
  }

  for (const longInputs of ["cut", "refuse"] as const) {
    it(`is heard between two texts that are counted: ${longInputs}`, async () => {
      const server = startUnconnected((request) => ({ status: 200, body: rightAnswer(request) }));
      let now = 0;
      let counted = 0;
      vi.spyOn(performance, "now").mockImplementation(() => now);
      const tokenizer = {
        count(text: string) {
          now += 30;
          counted++;
          return text.length;
        },
        cut: (text: string) => text,
      };
      const embedder = createOpenAIEmbedder({
        ...{ baseURL: server.baseURL, model: "m", tokenizer, longInputs, maxTokensPerInput: 6 },
      });
      const stop = new AbortController();
      setTimeout(() => stop.abort(enough), 0);
      expect(await failureOf(embedder.embed(texts, { signal: stop.signal }))).toBe(enough);
      expect(counted).toBeLessThan(5);
      expect(server.log).toEqual([]);
    });
  }

  it("is heard between two vectors of an answer", async () => {
    const data = texts.map((_, index) => ({ index, embedding: [1, index] }));
    const pieces = [...decodeRows({ data }, texts.length, undefined)];
    expect(pieces.length).toBe(texts.length);
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now++);
    const stop = new AbortController();
    setTimeout(() => stop.abort(enough), 0);
    const decoded = inPieces(decodeRows({ data }, texts.length, undefined), stop.signal);
    expect(await failureOf(decoded)).toBe(enough);
    expect(now).toBeLessThan(30);
  });

  it("does not wait for a store that gives or takes back a lease", async () => {
    for (const silent of ["lease", "release"] as const) {
      const never = new Promise<never>(() => undefined);
      const inner = createMemoryStore();
      const released: string[] = [];
      const store: KeyValueStore = {
        ...inner,
        lease: (keys) =>
          silent === "lease"
            ? never
            : Promise.resolve({
                held: [...keys.keys()],
                renew: async () => undefined,
                release: () => (released.push("once"), never),
              }),
      };
      const server = startUnconnected((request) => ({ status: 200, body: rightAnswer(request) }));
      vi.stubGlobal(
        "fetch",
        (_: unknown, init: RequestInit) =>
          new Promise((_resolve, reject) => {
            init.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
          }),
      );
      const stop = new AbortController();
      const embedder = createOpenAIEmbedder({ baseURL: server.baseURL, model: "m" });
      const job = withCache(embedder, store, { shareWork: true }).embed(texts, {
        signal: stop.signal,
      });
      expect(await turnsUntilSettled(job, 50)).toBe(Infinity);
      stop.abort(enough);
      expect(await turnsUntilSettled(job)).toBeLessThan(20);
      expect(await failureOf(job)).toBe(enough);
      expect(released).toEqual(silent === "release" ? ["once"] : []);
    }
  });
});
