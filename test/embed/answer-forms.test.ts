import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, RefusedTextsError, withCache } from "embedtune";
import {
  createOpenAIEmbedder,
  EmbeddingRequestError,
  type OpenAIEmbedderOptions,
} from "embedtune/openai";
import { rowOf } from "../../src/math/matrix.js";
import { failureOf } from "../support/failure-of.js";
import { fakeVector } from "../support/fake-openai-server.js";
import { rightAnswer, sendJson, startScripted, type Script } from "../support/scripted-server.js";

let server: Awaited<ReturnType<typeof startScripted>>;
afterEach(() => server.close());

async function start(script: Script, options: OpenAIEmbedderOptions = {}) {
  server = await startScripted(script);
  const { baseURL } = server;
  return createOpenAIEmbedder({ apiKey: "key", baseURL, model: "fake", maxWaitMs: 5, ...options });
}

/** What stands where a vector belongs, how often it is asked for, and what is said of it. */
const forms: readonly [string, (vector: number[]) => unknown, number, RegExp][] = [
  ["a list of one list", (v) => [v], 1, /numbers, received a list of 1 lists, \[\[/],
  ["a list of lists", (v) => [v, v], 1, /numbers, received a list of 2 lists, \[\[/],
  ["an object", (values) => ({ values }), 1, /numbers, received \{"values":\[/],
  ["an object by numbers", (v) => ({ ...v }), 1, /numbers, received \{"0":/],
  ["a list of texts", (v) => v.map(String), 1, /numbers, received \["/],
  ["one number", ([first]) => first, 1, /numbers, received -?\d/],
  ["a truth value", () => true, 1, /numbers, received true/],
  ["JSON as text", (v) => JSON.stringify(v), 2, /base64, received the text "\[/],
  ["JSON as text of a length as base64 has it", () => "[0.10,0.20]1234567", 2, /base64/],
  ["numbers as text", (v) => v.join(" "), 2, /base64, received the text "/],
  ["an address", () => "data:application/octet-stream;base64,AACAPw==", 2, /base64, received/],
  ["bytes that are no floats", () => "AAAA", 2, /whole 4-byte floats, received 3 bytes/],
];

describe("a server whose vectors have another form", () => {
  for (const [name, form, requests, words] of forms) {
    it(`is given up at once, with what came, for no text is to blame: ${name}`, async () => {
      const embedder = await start((request, response) => {
        const answer = rightAnswer(request);
        for (const item of answer.data) item.embedding = form(item.embedding as number[]);
        sendJson(response, 200, answer);
      });
      const error = await failureOf(embedder.embed(["one", "two", "three"]));
      expect(error).toBeInstanceOf(EmbeddingRequestError);
      expect(error.message).toMatch(/the answer is wrong: data\[0\]\.embedding must be /);
      expect(error.message).toMatch(words);
      expect(server.log).toHaveLength(requests);
    });

    it(`for one text names that text and keeps the others: ${name}`, async () => {
      const texts = Array.from({ length: 20 }, (_, i) => `text ${i}`);
      const embedder = await start((request, response) => {
        const answer = rightAnswer(request);
        const at = request.inputs.indexOf("text 7");
        if (at >= 0) answer.data[at].embedding = form(answer.data[at].embedding as number[]);
        sendJson(response, 200, answer);
      });
      const cached = withCache(embedder, createMemoryStore());
      const error = await failureOf(cached.embed(texts));
      expect(error).toBeInstanceOf(RefusedTextsError);
      expect((error as RefusedTextsError).refused.map(({ index }) => index)).toEqual([7]);
      expect(await cached.missing(texts)).toEqual(["text 7"]);
    });
  }

  it("is asked for numbers where it answers base64 with text, and that is remembered", async () => {
    const embedder = await start((request, response) => {
      const answer = rightAnswer(request);
      const numbers = request.body.encoding_format === "float";
      for (const item of answer.data) {
        if (!numbers) item.embedding = JSON.stringify(item.embedding);
      }
      sendJson(response, 200, answer);
    });
    for (const text of ["one", "two"]) {
      expect(rowOf(await embedder.embed([text]), 0)).toEqual(fakeVector(text, 4));
    }
    const asked = server.log.map(({ body }) => body.encoding_format);
    expect(asked).toEqual(["base64", "float", "float"]);
  });

  it("is given up after three requests where it answers with nothing", async () => {
    const embedder = await start((_, response) => void response.writeHead(204).end());
    const { message } = await failureOf(embedder.embed(["one"]));
    expect(message).toMatch(/must be JSON with a "data" array, received null \(tried 3 times\)$/);
    expect(server.log).toHaveLength(3);
  });
});

describe("a model that is being loaded", () => {
  const answers: readonly [number, unknown][] = [
    [
      404,
      {
        error: {
          message: "No models loaded. Please load a model in the developer page.",
          type: "invalid_request_error",
          code: "model_not_found",
        },
      },
    ],
    [503, { error: "Model BAAI/bge-m3 is currently loading", estimated_time: 20 }],
    [503, { error: { message: "Loading model", type: "unavailable_error", code: 503 } }],
    [400, { error: "Model is loading, please try again" }],
    [400, { detail: "The model bge-m3 is not loaded yet" }],
    [404, { message: "Model not ready" }],
    [409, "the embedding model is still being loaded"],
    [422, { detail: "model bge-m3 is not ready" }],
    [500, { error: "llm server loading model" }],
    [200, { error: { message: "Model is loading" } }],
  ];
  for (const [status, body] of answers) {
    it(`is waited for, and the batch stays whole: ${status} ${JSON.stringify(body)}`, async () => {
      const embedder = await start((request, response) =>
        request.number < 6
          ? sendJson(response, status, body)
          : sendJson(response, 200, rightAnswer(request)),
      );
      const texts = ["one", "two", "three"];
      expect((await embedder.embed(texts)).rows).toBe(3);
      expect(server.log.map(({ inputs }) => inputs.length)).toEqual(Array(7).fill(3));
    });
  }

  for (const status of [503, 200]) {
    for (const maxWaitMs of [60_000, 10]) {
      it(`is waited for as long as the server says, at most maxWaitMs: ${status}, ${maxWaitMs} ms`, async () => {
        const body = { error: "Model BAAI/bge-m3 is currently loading", estimated_time: 20.5 };
        const embedder = await start((_, response) => sendJson(response, status, body), {
          maxWaitMs,
        });
        const stop = new AbortController();
        const before = Date.now();
        let [until, after] = [0, 0];
        const job = embedder.embed(["one"], {
          signal: stop.signal,
          onProgress: ({ waiting }) => {
            if (waiting === undefined) return;
            [until, after] = [waiting.until.getTime(), Date.now()];
            stop.abort(new Error("seen"));
          },
        });
        expect((await failureOf(job)).message).toBe("seen");
        const wait = Math.min(20_500, maxWaitMs);
        expect(until).toBeGreaterThanOrEqual(before + wait);
        expect(until).toBeLessThanOrEqual(after + wait);
      });
    }
  }

  it("is waited for no longer than any fault", async () => {
    const body = { error: { message: "No models loaded" } };
    const embedder = await start((_, response) => sendJson(response, 404, body), { maxRetries: 2 });
    const { message } = await failureOf(embedder.embed(["one"]));
    expect(message).toMatch(/the server answers 404 No models loaded \(tried 3 times\)$/);
  });

  const others: readonly [number, string][] = [
    [404, "The model `bge` does not exist."],
    [404, "Failed to load model: error while loading the model"],
    [403, "No models loaded for this key"],
    [404, "Error loading model bge-m3: out of memory"],
  ];
  for (const [status, message] of others) {
    it(`is not what other words say: ${status} ${message}`, async () => {
      const embedder = await start((_, response) => sendJson(response, status, { message }));
      await failureOf(embedder.embed(["one"]));
      expect(server.log).toHaveLength(1);
    });
  }
});
