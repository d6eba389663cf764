import { describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  modelConventions,
  withModelPrefixes,
  withPrefixes,
} from "embedtune";
import { leastTokens } from "../../../src/embed/models/known-models.js";

describe("leastTokens", () => {
  it("counts words, and where none are parted a fourth of the characters", () => {
    expect(leastTokens("one two, three")).toBe(3);
    expect(leastTokens("")).toBe(0);
    expect(leastTokens("退款需要多长时间")).toBe(2);
    expect(leastTokens("パスワードを忘れました".repeat(40))).toBe(100);
    expect(leastTokens("비밀번호를 잊어버렸어요")).toBe(2);
  });
});

describe("modelConventions", () => {
  it.each([
    ["intfloat/e5-small-v2", "query: ", "passage: ", 512],
    ["transformers/Xenova/multilingual-e5-small/fp32/mean", "query: ", "passage: ", 512],
    ["BAAI/bge-base-en-v1.5", "Represent this sentence for searching relevant passages: ", "", 512],
    ["localhost/nomic-embed-text:latest", "search_query: ", "search_document: ", 8192],
    [
      "localhost/mxbai-embed-large",
      "Represent this sentence for searching relevant passages: ",
      "",
      512,
    ],
    [
      "intfloat/multilingual-e5-large-instruct",
      "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
      "",
      null,
    ],
    ["Snowflake/snowflake-arctic-embed-l-v2.0", "query: ", "", 8192],
  ])("knows what %s was trained with", (name, query, passage, tokenLimit) => {
    expect(modelConventions(name)).toEqual({ prefixes: { query, passage }, tokenLimit });
  });

  it.each([
    ["sentence-transformers/all-MiniLM-L6-v2", 256],
    ["openai/text-embedding-3-small/1536", 8191],
    ["BAAI/bge-m3", 8192],
    ["ollama/all-minilm:latest", 256],
    ["ollama/all-minilm:l12-v2", 128],
    ["ollama/gte-large:335m", 512],
  ])("knows that %s wants nothing", (name, tokenLimit) => {
    expect(modelConventions(name)).toEqual({ prefixes: null, tokenLimit });
  });

  it.each(["hashing/1024", "acme/our-model", "one5-small", ""])("does not know %s", (name) => {
    expect(modelConventions(name)).toBeNull();
  });
});

describe("withModelPrefixes", () => {
  const make = (id: string) => createFunctionEmbedder((texts) => texts.map(() => [1]), { id });

  it("puts prefixes where the model wants them", () => {
    expect(withModelPrefixes(make("x/e5-base")).id).toBe(
      "x/e5-base?query=query%3A%20&passage=passage%3A%20",
    );
  });

  it("leaves an embedder as it is that needs none, or has its own", () => {
    for (const embedder of [
      make("acme/model"),
      withPrefixes(make("x/e5-base"), { query: "q: " }),
    ]) {
      expect(withModelPrefixes(embedder)).toBe(embedder);
    }
  });
});
