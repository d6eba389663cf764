import BundledOpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  applyAdapter,
  createRandom,
  fromRows,
  identityAdapter,
  withAdapter,
  type Adapter,
} from "embedtune";
import { adaptOpenAI, createOpenAIEmbedder } from "embedtune/openai";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
} from "../support/fake-openai-server.js";
import { listOf } from "./adapted.js";
import { installed, load, majorOf } from "./sdks.js";

// Version 6 is a dependency; the newest SDKs bring 7.
const { OpenAI } = installed
  ? load<{ OpenAI: typeof BundledOpenAI }>("openai")
  : { OpenAI: BundledOpenAI };
const version = installed ? majorOf("openai") : 6;

let server: FakeOpenAIServer;
let client: BundledOpenAI;
/** What the next requests meet. */
let misbehave: FakeServerOptions["misbehave"];
let delayMs = 0;
beforeAll(async () => {
  server = await startFakeOpenAI({
    dimensions: 8,
    misbehave: (inputs, n) => misbehave?.(inputs, n),
    delayMs: () => delayMs,
  });
  client = new OpenAI({ apiKey: "sk-test", baseURL: server.baseURL, maxRetries: 0 });
});
beforeEach(() => {
  misbehave = undefined;
  delayMs = 0;
});
afterAll(() => server.close());

const random = createRandom("openai");
const weights = fromRows(
  Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => random.normal())),
);
const adapter: Adapter = {
  ...identityAdapter(8, "openai/fake/8"),
  query: { center: null, weights },
};
const input = ["one text", "another"];
const expected = (text: string, side: "query" | "passage" = "query"): number[] =>
  Array.from(applyAdapter(adapter, fakeVector(text, 8), { side }));
const near = (found: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  for (const [k, value] of wanted.entries()) expect(found[k]).toBeCloseTo(value, 5);
};

describe(`adaptOpenAI, around the client ${version}`, () => {
  it("gives adapted vectors, and the answer's other fields and its usage as they came", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const plain = await client.embeddings.create({ model: "fake", input });
    const { data, ...rest } = await adapted.embeddings.create({ model: "fake", input });
    for (const [i, { embedding, index, object }] of data.entries()) {
      expect([index, object]).toEqual([i, "embedding"]);
      near(embedding, expected(input[i]));
    }
    const { data: _, ...others } = plain;
    expect(rest).toEqual(others);
    expect(rest.usage.total_tokens).toBeGreaterThan(0);
  });

  it("leaves passages of a query-only adapter in their direction", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "passage", index: "untouched" });
    const { data } = await adapted.embeddings.create({ model: "fake", input });
    for (const [i, { embedding }] of data.entries()) near(embedding, expected(input[i], "passage"));
  });

  it("gives numbers or base64, as asked for, whatever the server sends", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    for (const fault of [undefined, { kind: "floats" }] as const) {
      misbehave = () => fault;
      for (const format of ["float", "base64"] as const) {
        const { data } = await adapted.embeddings.create({
          ...{ model: "fake", input, encoding_format: format },
        });
        for (const [i, { embedding }] of data.entries()) {
          if (format === "float") {
            expect(Array.isArray(embedding)).toBe(true);
            near(embedding, expected(input[i]));
          } else {
            const bytes = Buffer.from(embedding as unknown as string, "base64");
            near(new Float32Array(new Uint8Array(bytes).buffer), expected(input[i]));
          }
        }
      }
    }
    expect(server.log.at(-1)?.body.encoding_format).toBe("base64");
  });

  it("keeps withResponse, asResponse, the request's id, and all that the client has else", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const { data, response, request_id } = await adapted.embeddings
      .create({ model: "fake", input })
      .withResponse();
    near(data.data[1].embedding, expected(input[1]));
    expect(response.status).toBe(200);
    expect(request_id).toBeNull();
    expect((await adapted.embeddings.create({ model: "fake", input }).asResponse()).ok).toBe(true);
    expect(adapted.baseURL).toBe(server.baseURL);
    expect(adapted).toBeInstanceOf(OpenAI);
    expect(typeof adapted.chat.completions.create).toBe("function");
  });

  it("adapts for a client with other options, too", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" }).withOptions({ timeout: 5000 });
    expect(adapted.timeout).toBe(5000);
    const { data } = await adapted.embeddings.create({ model: "fake", input: "one" });
    near(data[0].embedding, expected("one"));
  });

  it("keeps each text's vector where many calls run at once", async () => {
    delayMs = 40;
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const many = Array.from({ length: 20 }, (_, i) => `text ${i}`);
    const answers = await Promise.all(
      many.map((text) => adapted.embeddings.create({ model: "fake", input: text })),
    );
    for (const [i, { data }] of answers.entries()) near(data[0].embedding, expected(many[i]));
    expect(server.mostAtOnce()).toBeGreaterThan(1);
  });

  it("lets the client repeat what passes, and passes its errors through", async () => {
    const patient = adaptOpenAI(client.withOptions({ maxRetries: 1 }), adapter, { side: "query" });
    let asked = 0;
    misbehave = () =>
      asked++ === 0
        ? { kind: "status", status: 503, headers: { "retry-after-ms": "1" } }
        : undefined;
    const { data } = await patient.embeddings.create({ model: "fake", input: "one" });
    near(data[0].embedding, expected("one"));
    const error = { message: "too many inputs", type: "invalid_request_error", code: null };
    misbehave = () => ({ kind: "status", status: 400, error });
    const failed = await patient.embeddings
      .create({ model: "fake", input: [] })
      .catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(OpenAI.BadRequestError);
    expect((failed as Error).message).toContain("too many inputs");
  });

  it("stops when it is told to", async () => {
    delayMs = 60_000;
    const stop = new AbortController();
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const job = adapted.embeddings.create({ model: "fake", input }, { signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(job).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  });

  it("refuses another model, other dimensions and another side before anything is sent, and lets one vouch", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const before = server.requests();
    expect(() => adapted.embeddings.create({ model: "other", input })).toThrow(
      'adaptOpenAI: embedder must be "openai/fake/8", which the adapter was fitted on (give that embedder, or fit again on this one',
    );
    expect(() => adapted.embeddings.create({ model: "fake", input, dimensions: 4 })).toThrow(
      "adaptOpenAI: vectors must be of the 8 dimensions that the adapter was fitted on (ask the model for so many, or fit again on these), received 4",
    );
    expect(() => adaptOpenAI(client, adapter, { side: "left" as "query" })).toThrow(
      "adaptOpenAI: side",
    );
    expect(server.requests()).toBe(before);
    const vouched = adaptOpenAI(client, adapter, { side: "query", embedder: "openai/fake/8" });
    await expect(vouched.embeddings.create({ model: "other", input })).resolves.toBeDefined();
  });

  it("refuses vectors of another length than asked for, and prefixes that nobody puts", async () => {
    misbehave = () => ({ kind: "wrong-length" });
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    await expect(adapted.embeddings.create({ model: "fake", input })).rejects.toThrow(
      "of the 8 dimensions that the adapter was fitted on",
    );
    const prefixed = identityAdapter(8, "openai/fake/8?query=query%3A%20&passage=");
    expect(() =>
      adaptOpenAI(client, prefixed, { side: "query" }).embeddings.create({ model: "fake", input }),
    ).toThrow("withPrefixes puts them before the texts");
  });

  it("takes an adapter that was fitted on this client's own embedder, and gives that one's vectors", async () => {
    const embedder = createOpenAIEmbedder({
      ...{ client, model: "fake", dimensions: 8, longInputs: "cut-bytes" },
    });
    expect(embedder.id).toMatch(/^127\.0\.0\.1\/fake\/8/);
    const own = { ...adapter, metadata: { ...adapter.metadata, embedder: "127.0.0.1/fake/8" } };
    const { data } = await adaptOpenAI(client, own, { side: "query" }).embeddings.create({
      ...{ model: "fake", input, dimensions: 8 },
    });
    const vouch = { embedder: "127.0.0.1/fake/8" };
    const vectors = await withAdapter(embedder, own, vouch).embed(input, { side: "query" });
    for (const [i, row] of listOf(vectors).entries()) near(data[i].embedding, row);
  });
});
