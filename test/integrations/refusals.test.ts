import { describe, expect, it } from "vitest";
import OpenAI from "openai";
import { applyAdapter, createHashingEmbedder, identityAdapter, withAdapter } from "embedtune";
import { adapterMiddleware, toAISDK } from "embedtune/ai-sdk";
import { toLangChain } from "embedtune/langchain";
import { adaptOpenAI } from "embedtune/openai";

const own = createHashingEmbedder({ dimensions: 16 });
const adapter = identityAdapter(16);
const client = new OpenAI({ apiKey: "none", baseURL: "http://127.0.0.1:9/v1" });
const asked = { side: "query" } as const;
const none = undefined as never;
const decision = { adapter } as never;

describe("what a wrapper is given without types", () => {
  it.each([
    [() => toAISDK(own, none), "toAISDK: side must be"],
    [() => toAISDK(none, asked), "toAISDK: embedder must be an embedder"],
    [() => toLangChain({ embedQuery: () => [] } as never), "toLangChain: embedder must be an"],
    [() => withAdapter(none, adapter), "withAdapter: embedder must be an embedder"],
    [
      () => withAdapter(own, decision),
      "withAdapter: adapter must be an adapter, as decision.adapter",
    ],
    [() => adapterMiddleware(adapter, none), "adapterMiddleware: side must be"],
    [() => adapterMiddleware(decision, asked), "adapterMiddleware: adapter must be an adapter"],
    [() => adaptOpenAI(none, adapter, asked), "adaptOpenAI: client must be a client"],
    [() => adaptOpenAI(client, none, asked), "adaptOpenAI: adapter must be an adapter"],
    [() => adaptOpenAI(client, adapter, none), "adaptOpenAI: side must be"],
    [
      () => adaptOpenAI(client, adapter, asked).embeddings.create(none),
      "adaptOpenAI: model must be the name of a model, received nothing",
    ],
    [() => applyAdapter(decision, [1], asked), "applyAdapter: adapter must be an adapter"],
  ])("is refused by name: %s", (work, message) => {
    expect(work).toThrow(message);
  });
});
