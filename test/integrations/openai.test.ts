import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyAdapter, createRandom, fromRows, identityAdapter, type Adapter } from "embedtune";
import { adaptOpenAI } from "embedtune/openai";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
} from "../support/fake-openai-server.js";

let server: FakeOpenAIServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startFakeOpenAI({ dimensions: 8 });
  client = new OpenAI({ apiKey: "sk-test", baseURL: server.baseURL, maxRetries: 0 });
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
const expected = input.map((text) =>
  Array.from(applyAdapter(adapter, fakeVector(text, 8), { side: "query" })),
);

describe("adaptOpenAI, around the real client", () => {
  it("gives adapted vectors, and the answer's other fields as they came", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const plain = await client.embeddings.create({ model: "fake", input });
    const { data, ...rest } = await adapted.embeddings.create({ model: "fake", input });
    for (const [i, { embedding, index, object }] of data.entries()) {
      expect([index, object]).toEqual([i, "embedding"]);
      for (const [k, value] of embedding.entries()) expect(value).toBeCloseTo(expected[i][k], 5);
    }
    const { data: _, ...others } = plain;
    expect(rest).toEqual(others);
  });

  it("leaves passages of a query-only adapter in their direction", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "passage" });
    const { data } = await adapted.embeddings.create({ model: "fake", input });
    for (const [i, { embedding }] of data.entries()) {
      const own = applyAdapter(adapter, fakeVector(input[i], 8), { side: "passage" });
      for (const [k, value] of embedding.entries()) expect(value).toBeCloseTo(own[k], 5);
    }
  });

  it("keeps withResponse, asResponse, and all that the client has else", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    const { data, response } = await adapted.embeddings
      .create({ model: "fake", input })
      .withResponse();
    expect(data.data[1].embedding[3]).toBeCloseTo(expected[1][3], 5);
    expect(response.status).toBe(200);
    expect((await adapted.embeddings.create({ model: "fake", input }).asResponse()).ok).toBe(true);
    expect(adapted.baseURL).toBe(server.baseURL);
    expect(adapted).toBeInstanceOf(OpenAI);
    expect(typeof adapted.chat.completions.create).toBe("function");
    expect(adapted.withOptions({ timeout: 5 }).timeout).toBe(5);
  });

  it("refuses another model, base64, and another side, and lets one vouch for a model", async () => {
    const adapted = adaptOpenAI(client, adapter, { side: "query" });
    expect(() => adapted.embeddings.create({ model: "other", input })).toThrow(
      'adaptOpenAI: model must be "openai/fake/8", which the adapter was fitted on',
    );
    expect(() =>
      adapted.embeddings.create({ model: "fake", input, encoding_format: "base64" }),
    ).toThrow('adaptOpenAI: encoding_format must be "float", or left out');
    expect(() => adaptOpenAI(client, adapter, { side: "left" as "query" })).toThrow(
      "adaptOpenAI: side",
    );
    const vouched = adaptOpenAI(client, adapter, { side: "query", embedder: "openai/fake/8" });
    await expect(vouched.embeddings.create({ model: "other", input })).resolves.toBeDefined();
  });
});
