import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../src/embed/stores/memory-store.js";
import { generateQueries } from "../../../src/negatives/generation/generate-queries.js";
import type {
  ChatClient,
  QueryReply,
  QueryRequest,
} from "../../../src/negatives/generation/query-request.js";

/** A model that answers by a function of the passage. */
function fakeClient(answer: (passage: string, request: QueryRequest) => string | QueryReply) {
  const requests: QueryRequest[] = [];
  const client: ChatClient = {
    chat: {
      completions: {
        async create(request) {
          requests.push(request);
          const content = answer(request.messages[1].content, request);
          if (typeof content !== "string") return content;
          const usage = { prompt_tokens: 10, completion_tokens: 2 };
          return { choices: [{ message: { content } }], usage };
        },
      },
    },
  };
  return { client, requests };
}

const list = (...queries: unknown[]): string => JSON.stringify({ queries });

describe("generateQueries", () => {
  it("asks by a JSON schema for n queries a passage and makes them positive pairs", async () => {
    const { client, requests } = fakeClient((passage) =>
      list(`${passage}?`, ` who is ${passage} `),
    );
    const { pairs, counts } = await generateQueries([{ text: "A", group: "page" }, "B"], {
      client,
      model: "some-model",
      n: 2,
      seed: 7,
      instructions: "Ask as a lawyer would.",
    });
    expect(pairs).toEqual([
      { query: "A?", passage: "A", label: 1, group: "page", kind: "synthetic" },
      { query: "who is A", passage: "A", label: 1, group: "page", kind: "synthetic" },
      { query: "B?", passage: "B", label: 1, group: "B", kind: "synthetic" },
      { query: "who is B", passage: "B", label: 1, group: "B", kind: "synthetic" },
    ]);
    expect(counts).toEqual({
      passages: 2,
      stored: 0,
      requests: 2,
      promptTokens: 20,
      completionTokens: 4,
      drops: {},
    });
    const [{ model, messages, response_format, seed }] = requests;
    expect({ model, seed }).toEqual({ model: "some-model", seed: 7 });
    expect(messages[0].content).toBe("Ask as a lawyer would.\nWrite exactly 2.");
    expect(response_format.json_schema).toMatchObject({
      strict: true,
      schema: { required: ["queries"] },
    });
  });

  it("asks for equal passages once, and keeps no query twice, empty or beyond n", async () => {
    const { client, requests } = fakeClient((passage) => list("Same?", "", passage, "surplus"));
    const { pairs, counts } = await generateQueries(["A", "A ", "", "B"], {
      client,
      model: "m",
      n: 3,
    });
    expect(requests).toHaveLength(2);
    expect(pairs.map(({ query, passage }) => query + passage)).toEqual(["Same?A", "AA", "BB"]);
    expect(counts.drops).toEqual({ duplicate: 1, empty: 2, surplus: 2 });
  });

  it("counts refusals and answers that are not what was asked for, and goes on", async () => {
    const answers: Record<string, string | QueryReply> = {
      A: { choices: [{ message: { content: null, refusal: "no" } }] },
      B: "not JSON",
      C: list(1),
      D: "{}",
      E: { choices: [] },
      F: list("fine"),
    };
    const { client } = fakeClient((passage) => answers[passage]);
    const { pairs, counts } = await generateQueries(Object.keys(answers), { client, model: "m" });
    expect(pairs).toHaveLength(1);
    expect(counts.drops).toEqual({ malformed: 4, refused: 1 });
  });

  it("goes on after a failure where it stopped, and a second run asks nothing", async () => {
    const store = createMemoryStore();
    let broken = true;
    const { client, requests } = fakeClient((passage) => {
      if (broken && passage === "C") throw new Error("503 overloaded");
      return list(`${passage}?`);
    });
    const options = { client, model: "m", store, concurrency: 1 };
    const passages = ["A", "B", "C", "D"];
    await expect(generateQueries(passages, options)).rejects.toThrow(
      'generateQueries: passage 2 ("C"): 503 overloaded',
    );
    expect(requests).toHaveLength(3);
    broken = false;
    expect((await generateQueries(passages, options)).counts).toMatchObject({
      stored: 2,
      requests: 2,
    });
    const again = await generateQueries(passages, options);
    expect(again.counts).toMatchObject({ stored: 4, requests: 0 });
    expect(again.pairs).toHaveLength(4);
    // Another model, number or instruction is another question.
    await generateQueries(["A"], { ...options, n: 1 });
    await generateQueries(["A"], { ...options, model: "other" });
    expect(requests).toHaveLength(7);
  });

  it("asks again where the store holds what cannot be read", async () => {
    const { client, requests } = fakeClient(() => list("q"));
    const store = {
      readMany: async (_: readonly string[], visit: (at: number, value: Uint8Array) => void) =>
        visit(0, new Uint8Array([1, 2])),
      writeMany: async () => undefined,
    };
    await generateQueries(["A"], { client, model: "m", store });
    expect(requests).toHaveLength(1);
  });

  it("stops at a signal with the signal's reason, and reports its progress", async () => {
    const controller = new AbortController();
    const { client } = fakeClient((passage) => {
      if (passage === "B") controller.abort(new Error("enough"));
      return list("q");
    });
    const done: number[] = [];
    const options = {
      client,
      model: "m",
      concurrency: 1,
      signal: controller.signal,
      onProgress: (progress: { done: number }) => done.push(progress.done),
    };
    await expect(generateQueries(["A", "B", "C"], options)).rejects.toThrow("enough");
    expect(done).toEqual([1, 2]);
  });

  it("takes OpenAI's own client", async () => {
    let body: QueryRequest | undefined;
    const client = new OpenAI({
      apiKey: "none",
      maxRetries: 0,
      fetch: async (_, init) => {
        body = JSON.parse(String(init?.body)) as QueryRequest;
        const reply = { choices: [{ message: { role: "assistant", content: list("q") } }] };
        return new Response(JSON.stringify(reply), {
          headers: { "content-type": "application/json" },
        });
      },
    });
    const { pairs } = await generateQueries(["A"], { client, model: "m" });
    expect(pairs).toHaveLength(1);
    expect(body?.messages[1]).toEqual({ role: "user", content: "A" });
  });

  it("refuses numbers that are not positive integers", async () => {
    const { client } = fakeClient(() => list());
    await expect(generateQueries([], { client, model: "m", n: 0 })).rejects.toThrow(
      "generateQueries: n must be an integer >= 1, received 0",
    );
  });
});
