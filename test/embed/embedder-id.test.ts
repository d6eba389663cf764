import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  applyAdapter,
  createMemoryStore,
  identityAdapter,
  withAdapter,
  withCache,
} from "embedtune";
import { createOpenAIEmbedder } from "embedtune/openai";
import { startFakeOpenAI, type FakeOpenAIServer } from "../support/fake-openai-server.js";

let servers: FakeOpenAIServer[];
beforeEach(async () => {
  servers = [await startFakeOpenAI(), await startFakeOpenAI()];
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

/** The same model behind two addresses that differ in the host. */
const behind = (host: string, server: FakeOpenAIServer, id?: string) =>
  createOpenAIEmbedder({
    baseURL: server.baseURL.replace("127.0.0.1", host),
    model: "fake",
    dimensions: 8,
    id,
  });
const remedy =
  "if both are one model, give the embedder that id (createOpenAIEmbedder takes id, the command --embedder-id)";

describe("one model behind two addresses", () => {
  it("has two ids, and whoever checks them says what to do about it", () => {
    const [one, two] = [behind("127.0.0.1", servers[0]), behind("localhost", servers[1])];
    expect([one.id, two.id]).toEqual(["127.0.0.1/fake/8", "localhost/fake/8"]);
    const plain = identityAdapter(8);
    const adapter = { ...plain, metadata: { ...plain.metadata, embedder: one.id } };
    const refused = `which the adapter was fitted on, received "localhost/fake/8"; ${remedy}`;
    expect(() =>
      applyAdapter(adapter, new Float32Array(8).fill(1), { side: "query", embedder: two.id }),
    ).toThrow(refused);
    expect(() => withAdapter(two, adapter)).toThrow(remedy);
    expect(() => withAdapter(behind("localhost", servers[1], one.id), adapter)).not.toThrow();
  });

  it("has one cache under one id", async () => {
    const store = createMemoryStore();
    const one = withCache(behind("127.0.0.1", servers[0], "ours/fake"), store);
    const two = withCache(behind("localhost", servers[1], "ours/fake"), store);
    expect(await two.embed(["a", "b"])).toEqual(await one.embed(["a", "b"]));
    expect(servers.map((server) => server.requests())).toEqual([0, 1]);
  });
});
