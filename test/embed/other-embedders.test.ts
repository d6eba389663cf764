import { describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createMemoryStore,
  fromRows,
  withCache,
  withPrefixes,
} from "embedtune";
import { fromAISDK } from "embedtune/ai-sdk";
import { fromLangChain } from "embedtune/langchain";

const lengths = (texts: readonly string[]): number[][] => texts.map((text) => [text.length, 1]);

describe("an embedder of any function", () => {
  it("gives its vectors in order, whatever order calls end in", async () => {
    const calls: number[] = [];
    const embedder = createFunctionEmbedder(
      async (texts) => {
        calls.push(texts.length);
        await new Promise((resolve) => setTimeout(resolve, 10 - texts[0].length));
        return lengths(texts);
      },
      { id: "test/length", batchSize: 2, concurrency: 3 },
    );
    const texts = ["a", "bb", "ccc", "dddd", "eeeee"];
    const { data } = await embedder.embed(texts);
    expect([...data]).toEqual([1, 1, 2, 1, 3, 1, 4, 1, 5, 1]);
    expect(calls).toEqual([2, 2, 1]);
    expect(embedder.dimensions).toBe(2);
  });

  it("takes a matrix as well as arrays, and tells the function the side", async () => {
    const sides: string[] = [];
    const embedder = createFunctionEmbedder(
      (texts, { side }) => {
        sides.push(side);
        return fromRows(lengths(texts));
      },
      { id: "test/length" },
    );
    await embedder.embed(["a"], { side: "query" });
    await embedder.embed(["a"]);
    expect(sides).toEqual(["query", "passage"]);
  });

  it("refuses answers that would end in a wrong number", async () => {
    const of = (rows: number[][]) =>
      createFunctionEmbedder(() => rows, { id: "test/wrong", dimensions: 2 });
    await expect(of([[1, 2]]).embed(["a", "b"])).rejects.toThrow(
      "test/wrong must give 2 vectors for 2 texts, received 1",
    );
    await expect(of([[1, 2, 3]]).embed(["a"])).rejects.toThrow(
      "test/wrong must give vectors of 2 values, received 3",
    );
    await expect(of([[1, Infinity]]).embed(["a"])).rejects.toThrow(
      "column 1 must be a finite number, received Infinity",
    );
    await expect(of([[0, 0]]).embed(["a"])).rejects.toThrow("received zeros only");
  });

  it("takes nothing for a number that is none: null, which JSON makes of a NaN, is no zero", async () => {
    const of = (answer: unknown) =>
      createFunctionEmbedder(() => answer as number[][], { id: "test/odd" }).embed(["a", "b"]);
    for (const [answer, message] of [
      [[[1, null]], "test/odd: row 0, column 1 must be a number, received null"],
      [[["0.1", "0.2"]], 'test/odd: row 0, column 0 must be a number, received "0.1"'],
      [[[[1, 2]]], "test/odd: row 0, column 0 must be a number, received [1,2]"],
      [[[1, 2], undefined], "test/odd: row 1 must be a list of numbers, received nothing"],
      [[[1, 2], "12"], 'test/odd: row 1 must be a list of numbers, received "12"'],
      [[[1, 2], []], "test/odd: row 1 must have 2 values like row 0, received 0"],
      [[{ dims: [1, 2] }], 'test/odd: row 0 must be a list of numbers, received {"dims":[1,2]}'],
      [undefined, "test/odd: its answer must be a Matrix or a list of vectors, received nothing"],
      [
        { data: [1, 2], dims: [1, 2] },
        "test/odd: its answer must be a Matrix or a list of vectors",
      ],
    ] as const) {
      await expect(of(answer)).rejects.toThrow(message);
    }
  });

  it("refuses an id that names nothing: a cache would mix all models under it", () => {
    for (const id of [undefined, "", "  "]) {
      expect(() => createFunctionEmbedder(lengths, { id: id as string })).toThrow(
        "createFunctionEmbedder: id must be a name, received",
      );
    }
  });

  it("refuses what is no model and no embeddings by what it must be", async () => {
    await expect(fromAISDK("openai/text-embedding-3-small" as never)).rejects.toThrow(
      /^fromAISDK: model must be an embedding model, as .* received "openai\/text-embedding-3-small"$/,
    );
    expect(() => fromLangChain(undefined as never, { id: "test" })).toThrow(
      "fromLangChain: embeddings must be LangChain's, with embedDocuments, received nothing",
    );
    const embeddings = { embedDocuments: async () => [], embedQuery: async () => [] };
    expect(() => fromLangChain(embeddings, undefined as never)).toThrow(
      "fromLangChain: id must be a name, received nothing",
    );
  });

  it("refuses counts that are none, by the function that was called", async () => {
    expect(() => createFunctionEmbedder(lengths, { id: "test", batchSize: 1.5 })).toThrow(
      "createFunctionEmbedder: batchSize must be an integer >= 1, received 1.5",
    );
    const embeddings = { embedDocuments: async () => [], embedQuery: async () => [] };
    expect(() => fromLangChain(embeddings, { id: "test", concurrency: 0 })).toThrow(
      "fromLangChain: concurrency must be an integer >= 1, received 0",
    );
  });

  it("stops between calls when it is told to", async () => {
    const stop = new AbortController();
    let calls = 0;
    const embedder = createFunctionEmbedder(
      (texts) => {
        if (++calls === 2) stop.abort(new Error("enough"));
        return lengths(texts);
      },
      { id: "test/length", batchSize: 1 },
    );
    const texts = ["a", "b", "c", "d"];
    await expect(embedder.embed(texts, { signal: stop.signal })).rejects.toThrow("enough");
    expect(calls).toBe(2);
  });
});

describe("an embedder of a function that heeds no signal", () => {
  it("does not wait for it when it is stopped", async () => {
    const stop = new AbortController();
    const embedder = createFunctionEmbedder(
      () => {
        setTimeout(() => stop.abort(new Error("enough")), 0);
        return new Promise<number[][]>(() => undefined);
      },
      { id: "test/endless" },
    );
    await expect(embedder.embed(["a"], { signal: stop.signal })).rejects.toThrow("enough");
  });
});

describe("one text that a server refuses behind another library's client", () => {
  const vector = (text: string): number[] => [text.length, 1];
  /** As the clients throw them. */
  const errors: readonly (readonly [string, () => Error])[] = [
    ["OpenAI's client", () => Object.assign(new Error("400 no"), { status: 400, code: null })],
    ["the AI SDK", () => Object.assign(new Error("no"), { statusCode: 422, isRetryable: false })],
    ["axios", () => Object.assign(new Error("no"), { response: { status: 413, data: {} } })],
    [
      "a wrapper",
      () => new Error("failed", { cause: Object.assign(new Error("no"), { status: 400 }) }),
    ],
  ];
  function refusing(error: () => Error, bad: (text: string) => boolean) {
    const calls: (readonly string[])[] = [];
    const embed = (texts: readonly string[]): number[][] => {
      calls.push(texts);
      if (texts.some(bad)) throw error();
      return texts.map(vector);
    };
    return { calls, embed };
  }
  const texts = Array.from({ length: 200 }, (_, i) => (i === 77 ? "poison" : `text ${i}`));

  it.each(errors)("is named, and all others are kept: %s", async (_, error) => {
    const { calls, embed } = refusing(error, (text) => text === "poison");
    const embedder = createFunctionEmbedder(embed, { id: "mine/m", symmetric: true });
    const store = createMemoryStore();
    const failed: unknown = await withCache(embedder, store)
      .embed(texts)
      .catch((e: unknown) => e);
    expect(failed).toMatchObject({
      name: "RefusedTextsError",
      refused: [{ index: 77, text: "poison", reason: error().message }],
    });
    expect(await withCache(embedder, store).missing(texts)).toEqual(["poison"]);
    // Three batches that pass, and of the one that does not 2 log2(64) pieces.
    expect(calls.length).toBeLessThanOrEqual(4 + 2 * 6);
  });

  it("is named by each wrapper, where the library tells the status", async () => {
    const { embed } = refusing(errors[0][1], (text) => text === "poison");
    const model = {
      ...{ provider: "p", modelId: "m", maxEmbeddingsPerCall: 50, supportsParallelCalls: true },
      doEmbed: async ({ values }: { values: string[] }) => ({ embeddings: embed(values) }),
    };
    const chain = {
      embedDocuments: async (documents: string[]) => embed(documents),
      embedQuery: async (document: string) => embed([document])[0],
    };
    for (const embedder of [await fromAISDK(model), fromLangChain(chain, { id: "c" })]) {
      await expect(embedder.embed(texts)).rejects.toThrow('embed: texts[77] ("poison"): 400 no');
    }
  });

  it("is not looked for where the job is wrong: the first error comes, after few calls", async () => {
    const { calls, embed } = refusing(errors[0][1], () => true);
    const embedder = createFunctionEmbedder(embed, { id: "mine/m", batchSize: 256 });
    await expect(embedder.embed(texts)).rejects.toThrow(/^400 no$/);
    expect(calls.length).toBeLessThanOrEqual(12);
  });

  it("is not looked for after an error that says nothing of the texts", async () => {
    for (const odd of [new Error("boom"), Object.assign(new Error("busy"), { status: 503 })]) {
      const { calls, embed } = refusing(
        () => odd,
        (text) => text === "poison",
      );
      const embedder = createFunctionEmbedder(embed, { id: "mine/m", batchSize: 256 });
      await expect(embedder.embed(texts)).rejects.toBe(odd);
      expect(calls).toHaveLength(1);
    }
  });

  it("costs no vector that was paid for, where another half ends the job", async () => {
    const broken = new Error("broken");
    const embed = (batch: readonly string[]): number[][] => {
      if (batch.length > 100) throw errors[0][1]();
      if (batch.includes("text 199")) throw broken;
      return batch.map(vector);
    };
    const embedder = createFunctionEmbedder(embed, { id: "m", symmetric: true, batchSize: 256 });
    const store = createMemoryStore();
    await expect(withCache(embedder, store).embed(texts)).rejects.toBe(broken);
    expect(await withCache(embedder, store).missing(texts)).toHaveLength(100);
  });
});

describe("prefixes", () => {
  const seen: string[] = [];
  const inner = createFunctionEmbedder(
    (texts) => {
      seen.push(...texts);
      return lengths(texts);
    },
    { id: "test/length", symmetric: true },
  );
  const embedder = withPrefixes(inner, { query: "query: ", passage: "passage: " });

  it("stand before the texts of their side", async () => {
    seen.length = 0;
    await embedder.embed(["a"], { side: "query" });
    await embedder.embed(["a"]);
    expect(seen).toEqual(["query: a", "passage: a"]);
  });

  it("make no text of an empty one", async () => {
    await expect(embedder.embed(["a", " "])).rejects.toThrow(
      'embed: texts[1] must be more than white space, received " "',
    );
    await expect(withCache(embedder, createMemoryStore()).embed([""])).rejects.toThrow("texts[0]");
  });

  it("are part of the id, and part queries from passages in a cache", async () => {
    expect(embedder.id).toBe("test/length?query=query%3A%20&passage=passage%3A%20");
    const cached = withCache(embedder, createMemoryStore());
    const query = await cached.embed(["a"], { side: "query" });
    const passage = await cached.embed(["a"], { side: "passage" });
    expect([query.data[0], passage.data[0]]).toEqual([8, 10]);
  });
});

describe("an embedder of an AI SDK model", () => {
  it("keeps the model's limit of texts per call, and its name", async () => {
    const calls: string[][] = [];
    const embedder = await fromAISDK({
      provider: "openai.embedding",
      modelId: "text-embedding-3-small",
      maxEmbeddingsPerCall: 2,
      supportsParallelCalls: true,
      async doEmbed({ values, abortSignal }) {
        abortSignal?.throwIfAborted();
        calls.push(values);
        return { embeddings: lengths(values) };
      },
    });
    const { data } = await embedder.embed(["a", "bb", "ccc"]);
    expect([...data]).toEqual([1, 1, 2, 1, 3, 1]);
    expect(calls).toEqual([["a", "bb"], ["ccc"]]);
    expect(embedder.id).toBe("openai.embedding/text-embedding-3-small");
  });
});

describe("an embedder of LangChain embeddings", () => {
  const calls: string[] = [];
  const embeddings = {
    async embedDocuments(texts: string[]) {
      calls.push(`documents ${texts.join()}`);
      return lengths(texts);
    },
    async embedQuery(text: string) {
      calls.push(`query ${text}`);
      return [-text.length, 1];
    },
  };

  it("asks for queries as queries and for passages as documents", async () => {
    calls.length = 0;
    const embedder = fromLangChain(embeddings, { id: "test/langchain" });
    const queries = await embedder.embed(["a", "bb"], { side: "query" });
    await embedder.embed(["a", "bb"]);
    expect([...queries.data]).toEqual([-1, 1, -2, 1]);
    expect(calls).toEqual(["query a", "query bb", "documents a,bb"]);
  });

  it("asks for queries in batches where they are the same", async () => {
    calls.length = 0;
    const embedder = fromLangChain(embeddings, { id: "test/langchain", symmetric: true });
    await embedder.embed(["a", "bb"], { side: "query" });
    expect(calls).toEqual(["documents a,bb"]);
  });
});
