import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, RefusedTextsError, withCache } from "embedtune";
import { createOpenAIEmbedder, EmbeddingRequestError } from "embedtune/openai";
import { failureOf } from "../support/failure-of.js";
import { rightAnswer, sendJson, startScripted, type Script } from "../support/scripted-server.js";

let server: Awaited<ReturnType<typeof startScripted>>;
afterEach(() => server.close());

async function start(script: Script, maxInputsPerRequest = 64) {
  server = await startScripted(script);
  const { baseURL } = server;
  const options = { apiKey: "key", baseURL, model: "fake", concurrency: 1 };
  return createOpenAIEmbedder({ ...options, maxWaitMs: 5, maxRetries: 5, maxInputsPerRequest });
}

const base64 = (values: readonly number[]): string =>
  Buffer.from(Float32Array.from(values).buffer).toString("base64");

/** What stands where a vector of four values belongs. */
const rows: readonly [string, unknown][] = [
  ["zeros", [0, 0, 0, 0]],
  ["zeros in base64", base64([0, 0, 0, 0])],
  ["null", null],
  ["a list of null", [null, null, null, null]],
  ["NaN in base64", base64([NaN, NaN, NaN, NaN])],
  ["no values", []],
];

/** A right answer but for the rows of some texts. */
const instead =
  (row: unknown, isBad: (text: string, all: readonly string[]) => boolean): Script =>
  (request, response) => {
    const answer = rightAnswer(request);
    for (const [i, text] of request.inputs.entries()) {
      if (isBad(text, request.inputs)) answer.data[i].embedding = row;
    }
    sendJson(response, 200, answer);
  };

const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`);
const sizes = (): number[] => server.log.map(({ inputs }) => inputs.length);

describe("a server that gives no right row", () => {
  const down: readonly [string, Script][] = [
    ...rows.map(([name, row]): [string, Script] => [name, instead(row, () => true)]),
    ["500", (_, response) => sendJson(response, 500, { error: "down" })],
    ["503", (_, response) => sendJson(response, 503, { error: "down" })],
  ];
  for (const [name, script] of down) {
    it(`for any text after it has given some is out of order: a batch is halved once, then waited with: ${name}`, async () => {
      const embedder = await start((request, response) =>
        request.number === 0
          ? sendJson(response, 200, rightAnswer(request))
          : script(request, response),
      );
      await embedder.embed(["warm up"]);
      const error = await failureOf(embedder.embed(texts));
      expect(error).toBeInstanceOf(EmbeddingRequestError);
      expect(error.message).toMatch(/ \(tried 6 times\)$/);
      expect(sizes()).toEqual([1, 40, 40, 40, 20, 20, 40, 40, 40]);
    });
  }

  for (const [name, row] of rows) {
    it(`and never has given any is out of order, too: ${name}`, async () => {
      const embedder = await start(instead(row, () => true));
      expect(await failureOf(embedder.embed(texts))).toBeInstanceOf(EmbeddingRequestError);
      expect(sizes().slice(0, 6)).toEqual([40, 40, 40, 20, 20, 40]);
      expect(sizes().length).toBeLessThanOrEqual(9);
    });
  }

  it("and comes back while it is waited for gives every text its vector, and loses none", async () => {
    const broken = instead(null, () => true);
    const embedder = await start((request, response) =>
      request.number < 6
        ? broken(request, response)
        : sendJson(response, 200, rightAnswer(request)),
    );
    expect((await embedder.embed(texts)).rows).toBe(40);
    expect(sizes()).toEqual([40, 40, 40, 20, 20, 40, 40]);
  });
});

describe("rows that are no vectors", () => {
  for (const [name, row] of rows) {
    it(`of one text that spoils the whole batch are found in at most 4 log2(n) requests: ${name}`, async () => {
      const embedder = await start(instead(row, (_, all) => all.includes("text 17")));
      const store = createMemoryStore();
      const error = await failureOf(withCache(embedder, store).embed(texts));
      expect(error).toBeInstanceOf(RefusedTextsError);
      expect((error as RefusedTextsError).refused.map(({ index }) => index)).toEqual([17]);
      expect(server.log.length).toBeLessThanOrEqual(4 * Math.log2(40));
      expect(await withCache(embedder, store).missing(texts)).toEqual(["text 17"]);
    });

    it(`of many texts beside right ones name those texts, each with its own fault: ${name}`, async () => {
      const isBad = (text: string): boolean => Number(text.slice(5)) % 3 === 2;
      const embedder = await start(instead(row, isBad));
      const store = createMemoryStore();
      const error = await failureOf(withCache(embedder, store).embed(texts));
      const { refused } = error as RefusedTextsError;
      expect(refused.map(({ text }) => text)).toEqual(texts.filter(isBad));
      for (const { reason } of refused) expect(reason).not.toContain("others");
      // Those 13 three times more, then in halves.
      expect(sizes()).toEqual([40, 13, 13, 13, 7, 6]);
      expect(await withCache(embedder, store).missing(texts)).toEqual(texts.filter(isBad));
    });
  }
});
