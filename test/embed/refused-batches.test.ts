import { afterEach, describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createMemoryStore,
  createRandom,
  RefusedTextsError,
  withCache,
  type Embedder,
} from "embedtune";
import { createOpenAIEmbedder } from "embedtune/openai";
import { failureOf } from "../support/failure-of.js";
import { rightAnswer, sendJson, startScripted } from "../support/scripted-server.js";

/** What was asked for, and an embedder whose server refuses requests. */
interface Refusing {
  readonly asked: (readonly string[])[];
  readonly embedder: Embedder;
}

type Refuses = (inputs: readonly string[], number: number) => boolean;

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

const kinds: readonly [string, (refuses: Refuses, size: number) => Promise<Refusing>][] = [
  [
    "OpenAI's",
    async (refuses, size) => {
      const server = await startScripted((request, response) =>
        refuses(request.inputs, request.number)
          ? sendJson(response, 400, { error: { message: "bad input" } })
          : sendJson(response, 200, rightAnswer(request)),
      );
      close = () => server.close();
      const { baseURL } = server;
      const embedder = createOpenAIEmbedder({
        ...{ baseURL, model: "fake", maxWaitMs: 5, concurrency: 1 },
        maxInputsPerRequest: size,
      });
      return {
        get asked() {
          return server.log.map(({ inputs }) => inputs);
        },
        embedder,
      };
    },
  ],
  [
    "a function",
    async (refuses, size) => {
      const asked: (readonly string[])[] = [];
      const embedder = createFunctionEmbedder(
        async (texts) => {
          asked.push(texts);
          if (refuses(texts, asked.length - 1)) {
            throw Object.assign(new Error("bad input"), { status: 400 });
          }
          return texts.map((text) => [1, text.length]);
        },
        { id: "own", batchSize: size },
      );
      return { asked, embedder };
    },
  ],
];

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `text ${i}`);
const log2 = (n: number): number => Math.ceil(Math.log2(n));

for (const [name, start] of kinds) {
  describe(`a batch that a server refuses, through the embedder of ${name}`, () => {
    it("costs at most 4 log2(n) requests where nothing passes any more", async () => {
      for (const size of [2, 3, 8, 40, 200]) {
        for (const passed of [0, 1, 2]) {
          const one = await start((_, number) => number >= passed, size);
          const texts = numbered((passed + 1) * size);
          const error = await failureOf(one.embedder.embed(texts));
          const requests = one.asked.length - passed;
          expect(requests, `${size} texts after ${passed} answers`).toBeLessThanOrEqual(
            4 * log2(size),
          );
          // Nobody has told which text it is: all of them are named where others have passed.
          if (passed === 0) expect(error.message).toContain("bad input");
          else {
            const { refused } = error as RefusedTextsError;
            expect(refused.map(({ text }) => text)).toEqual(texts.slice(passed * size));
            for (const { reason } of refused) {
              expect(reason).toMatch(/bad input( \(to this text or to one of \d+ others\))?$/);
            }
          }
          await close?.();
        }
      }
    });

    it("has its one bad text named by 2 log2(n) + 2 requests, wherever it stands", async () => {
      const texts = numbered(64);
      for (const bad of [0, 1, 2, 21, 31, 32, 62, 63]) {
        const one = await start((inputs) => inputs.includes(texts[bad]), 64);
        const error = await failureOf(one.embedder.embed(texts));
        expect((error as RefusedTextsError).refused.map(({ index }) => index)).toEqual([bad]);
        expect((error as RefusedTextsError).refused[0].reason).toMatch(/bad input$/);
        expect(one.asked.length, `text ${bad}`).toBeLessThanOrEqual(2 * log2(64) + 2);
        await close?.();
      }
    });

    const random = createRandom("refused-batches");
    const patterns: readonly [string, (i: number) => boolean][] = [
      ["every third", (i) => i % 3 === 2],
      ["every other", (i) => i % 2 === 0 && i > 0],
      ["every other, from the first", (i) => i % 2 === 0 && i < 290],
      ["the first forty", (i) => i < 40],
      ["the last forty", (i) => i >= 260],
      ["forty in the middle", (i) => i >= 100 && i < 140],
      ["one in ten, drawn", () => random.next() < 0.1],
      ["four in ten, drawn", () => random.next() < 0.4],
    ];
    for (const [which, pattern] of patterns) {
      it(`has all its bad texts named, and no other: ${which}`, async () => {
        const texts = numbered(300);
        const bad = new Set(texts.filter((_, i) => pattern(i)));
        const one = await start((inputs) => inputs.some((text) => bad.has(text)), 128);
        const cached = withCache(one.embedder, createMemoryStore());
        const error = await failureOf(cached.embed(texts));
        expect(error).toBeInstanceOf(RefusedTextsError);
        expect((error as RefusedTextsError).refused.map(({ text }) => text)).toEqual([...bad]);
        expect(await cached.missing(texts)).toEqual([...bad]);
      });
    }
  });
}
