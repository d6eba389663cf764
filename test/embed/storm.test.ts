import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countTokens } from "gpt-tokenizer/encoding/cl100k_base";
import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, createRandom, withCache, type Embedder } from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { createOpenAIEmbedder, type OpenAIEmbedder } from "embedtune/openai";
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

const faults: readonly Fault[] = [
  { kind: "status", status: 429, headers: { "retry-after-ms": "5" } },
  { kind: "status", status: 429, headers: { "retry-after": "0.01" } },
  { kind: "status", status: 500 },
  { kind: "status", status: 502 },
  { kind: "reset" },
  { kind: "stall" },
  { kind: "half-body" },
  { kind: "html" },
  { kind: "wrong-count" },
  { kind: "nan" },
  { kind: "wrong-length" },
  { kind: "repeated-index" },
  { kind: "shuffled" },
  { kind: "floats" },
];

/** Marks texts when the cache comes back for the next batch: it has then stored the last one. */
function marking(embedder: OpenAIEmbedder, stored: Set<string>): Embedder {
  return {
    ...embedder,
    async *embedBatches(texts, options) {
      for await (const batch of embedder.embedBatches(texts, options)) {
        yield batch;
        for (const index of batch.indices) stored.add(texts[index]);
      }
    },
  };
}

for (const model of ["bucket", "window"] as const) {
  describe(`thousands of texts through a storm, limits counted as a ${model}`, () => {
    it("gives every vector right, none embedded after it was stored, limits never exceeded", async () => {
      const random = createRandom(`storm/${model}`);
      const stored = new Set<string>();
      const askedAgain: string[] = [];
      const limits = { requests: 120, tokens: 12_000, windowMs: 1000, model };
      const options: FakeServerOptions = {
        limits,
        // As OpenAI counts, and so as the client does: what a request costs must not be a guess here.
        countTokens: (text) => countTokens(text),
        delayMs: () => random.integer(20),
        misbehave: (inputs) => {
          askedAgain.push(...inputs.filter((text) => stored.has(text)));
          return random.next() < 0.4 ? faults[random.integer(faults.length)] : undefined;
        },
      };
      server = await startFakeOpenAI(options);
      const texts = Array.from(
        { length: 3000 },
        (_, i) => `storm text ${i % 2800} ${"word ".repeat(i % 9)}`,
      );
      const store = createMemoryStore();
      const embedder = createOpenAIEmbedder({
        baseURL: server.baseURL,
        model: "fake",
        dimensions: 8,
        maxInputsPerRequest: 40,
        timeoutMs: 1500,
        maxWaitMs: 30,
        maxRetries: 20,
        rateWindowMs: limits.windowMs,
      });
      const cached = withCache(marking(embedder, stored), store);
      // Stopped in the middle, and begun again by two callers at once.
      const stop = new AbortController();
      const first = cached.embed(texts, {
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > 1000) stop.abort(new Error("enough"));
        },
      });
      await expect(first).rejects.toThrow("enough");
      expect(stored.size).toBeGreaterThan(500);
      const [one, two] = await Promise.all([
        cached.embed(texts),
        cached.embed([...texts].reverse()),
      ]);
      for (const [i, text] of texts.entries()) {
        const vector = fakeVector(text, 8);
        expect(rowOf(one, i)).toEqual(vector);
        expect(rowOf(two, texts.length - 1 - i)).toEqual(vector);
      }
      expect(askedAgain).toEqual([]);
      expect(server.violations()).toBe(0);
    });
  });
}

describe("a process killed in the middle of 20,000 texts", () => {
  it("asks only for the missing ones when it is started again", async () => {
    server = await startFakeOpenAI({ delayMs: 5 });
    const path = mkdtempSync(join(tmpdir(), "embedtune-"));
    const script = fileURLToPath(new URL("../support/embed-numbered-texts.ts", import.meta.url));
    const start = () =>
      spawn(process.execPath, ["--import", "tsx", script, server.baseURL, path, "20000"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
    try {
      const first = start();
      const end = new Promise<NodeJS.Signals | null>((resolve) =>
        first.on("exit", (_code, signal) => resolve(signal)),
      );
      while (server.answered.size < 8000) await new Promise((resolve) => setTimeout(resolve, 2));
      first.kill("SIGKILL");
      expect(await end).toBe("SIGKILL");

      const store = createLmdbStore({ path });
      const cached = withCache(
        createOpenAIEmbedder({ baseURL: server.baseURL, model: "fake", dimensions: 8 }),
        store,
      );
      const texts = Array.from({ length: 20_000 }, (_, i) => `numbered text ${i}`);
      const missing = await cached.missing(texts);
      expect(missing.length).toBeGreaterThan(0);
      expect(missing.length).toBeLessThan(17_000);
      const before = server.log.length;

      const second = start();
      const code = await new Promise((resolve) => second.on("exit", resolve));
      expect(code).toBe(0);
      const asked = server.log.slice(before).flatMap(({ inputs }) => inputs);
      expect(asked.sort()).toEqual([...missing].sort());
      const matrix = await cached.embed(texts);
      expect(cached.statistics().hits).toBe(20_000);
      for (const i of [0, 7777, 19_999]) {
        expect(rowOf(matrix, i)).toEqual(fakeVector(texts[i], 8));
      }
      await store.close();
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  });
});
