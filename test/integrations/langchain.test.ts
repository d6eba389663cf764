import { describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createMemoryStore,
  withAdapter,
  withCache,
  type Embedder,
} from "embedtune";
import {
  createKnownQuestions,
  createMovedPassages,
  createPassageRanker,
  moveRows,
  withMovedPassages,
} from "embedtune/answered";
import { fromLangChain, toLangChain, type LangChainEmbeddings } from "embedtune/langchain";
import { adapter, embedder, expected, listOf, texts } from "./adapted.js";
import { installed, load } from "./sdks.js";

const adapted = withAdapter(embedder, adapter);

describe("toLangChain", () => {
  it("takes each method's own side, and is an embedder once more by fromLangChain", async () => {
    const embeddings = toLangChain(adapted);
    expect(await embeddings.embedQuery(texts[2])).toEqual((await expected("query"))[2]);
    expect(await embeddings.embedDocuments(texts)).toEqual(await expected("passage"));
    const again = fromLangChain(embeddings, { id: "again" });
    expect(listOf(await again.embed(texts, { side: "query" }))).toEqual(await expected("query"));
  });

  it("says what was judged, where something was", () => {
    expect(toLangChain(adapted).judgement?.sentence).toBe("use it: as was judged.");
    expect(toLangChain(embedder)).not.toHaveProperty("judgement");
  });

  it("gives no vectors for no documents, and passes an embedder's error through", async () => {
    expect(await toLangChain(adapted).embedDocuments([])).toEqual([]);
    const broken = createFunctionEmbedder(() => Promise.reject(new Error("out of order")), {
      id: embedder.id,
    });
    await expect(toLangChain(withAdapter(broken, adapter)).embedQuery("x")).rejects.toThrow(
      "out of order",
    );
  });
});

type Document = { pageContent: string; metadata: Record<string, unknown> };
interface VectorStore {
  similaritySearchWithScore(query: string, k: number): Promise<[Document, number][]>;
  asRetriever(options: object): { invoke(query: string): Promise<Document[]> };
}

describe.skipIf(!installed)("in LangChain.js", () => {
  const { MemoryVectorStore } = load<{
    MemoryVectorStore: {
      fromTexts(texts: string[], metadata: object[], embeddings: object): Promise<VectorStore>;
    };
  }>("@langchain/classic/vectorstores/memory");
  const storeOf = (embeddings: LangChainEmbeddings): Promise<VectorStore> =>
    MemoryVectorStore.fromTexts(
      texts,
      texts.map((_, i) => ({ i })),
      embeddings,
    );
  const cosine = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, k) => sum + x * b[k], 0);

  it("searches a vector store: passages on their side, questions on theirs, many at once", async () => {
    const store = await storeOf(toLangChain(adapted));
    const [queries, passages] = [await expected("query"), await expected("passage")];
    const found = await Promise.all(texts.map((text) => store.similaritySearchWithScore(text, 1)));
    for (const [q, [[document, score]]] of found.entries()) {
      const best = [0, 1, 2].reduce((a, b) =>
        cosine(queries[q], passages[b]) > cosine(queries[q], passages[a]) ? b : a,
      );
      expect(document.pageContent).toBe(texts[best]);
      expect(score).toBeCloseTo(cosine(queries[q], passages[best]), 5);
    }
    expect(await store.asRetriever({ k: 2 }).invoke(texts[0])).toHaveLength(2);
  });

  it("asks a cache inside for questions as for documents, where LangChain's own covers documents alone", async () => {
    let asked: string[] = [];
    const counted: Embedder = createFunctionEmbedder(
      (some) => {
        asked.push(...some);
        return embedder.embed(some);
      },
      { id: embedder.id, symmetric: true },
    );
    const ours = toLangChain(withAdapter(withCache(counted, createMemoryStore()), adapter));
    const { CacheBackedEmbeddings } = load<{
      CacheBackedEmbeddings: {
        fromBytesStore(inner: object, store: object, options: object): LangChainEmbeddings;
      };
    }>("@langchain/classic/embeddings/cache_backed");
    const { InMemoryStore } = load<{ InMemoryStore: new () => object }>("@langchain/core/stores");
    const theirs = CacheBackedEmbeddings.fromBytesStore(
      toLangChain(withAdapter(counted, adapter)),
      new InMemoryStore(),
      { namespace: "test" },
    );
    const again: number[] = [];
    for (const embeddings of [ours, theirs]) {
      const store = await storeOf(embeddings);
      await store.similaritySearchWithScore("who?", 1);
      asked = [];
      await storeOf(embeddings);
      await store.similaritySearchWithScore("who?", 1);
      again.push(asked.length);
    }
    expect(again).toEqual([0, 1]);
  });

  it("indexes more documents than one call takes", async () => {
    const calls: number[] = [];
    const small = createFunctionEmbedder(
      (some) => {
        calls.push(some.length);
        return embedder.embed(some);
      },
      { id: embedder.id, batchSize: 40, concurrency: 2 },
    );
    const many = Array.from({ length: 100 }, (_, i) => `document ${i}`);
    const store = await MemoryVectorStore.fromTexts(
      many,
      many.map((_, i) => ({ i })),
      toLangChain(withAdapter(small, adapter)),
    );
    expect(calls).toEqual([40, 40, 20]);
    const wanted = await expected("passage", many);
    const [asked] = await expected("query", ["document 3"]);
    const best = wanted.reduce(
      (a, row, i) => (cosine(asked, row) > cosine(asked, wanted[a]) ? i : a),
      0,
    );
    const [[{ metadata }]] = await store.similaritySearchWithScore("document 3", 1);
    expect(metadata.i).toBe(best);
  });

  it("indexes moved passages at their places", async () => {
    const passages = await adapted.embed(texts);
    const asked = await adapted.embed(["forgot it"], { side: "query" });
    const pairs = { query: Uint32Array.of(0), passage: Uint32Array.of(0), label: Uint8Array.of(1) };
    const move = { kind: "step", strength: 2 } as const;
    const moved = createMovedPassages(
      { moved: moveRows(passages, asked, pairs, move), passages, ids: texts },
      { move },
    );
    const served = toLangChain(withMovedPassages(adapted, moved, { idOf: (text) => text }));
    // All the way to its only question: that question finds it, at a cosine of 1.
    const [[document, score]] = await (
      await storeOf(served)
    ).similaritySearchWithScore("forgot it", 1);
    expect(document.pageContent).toBe(texts[0]);
    expect(score).toBeCloseTo(1, 5);
  });

  it("retrieves by known questions as a runnable, with the ranker's own scores", async () => {
    const { RunnableLambda } = load<{
      RunnableLambda: {
        from(work: (question: string) => unknown): {
          invoke(question: string): Promise<Document[]>;
          batch(questions: string[]): Promise<Document[][]>;
        };
      };
    }>("@langchain/core/runnables");
    const ids = ["password", "plan", "address"];
    const passages = await adapted.embed(texts);
    const known = createKnownQuestions({
      vectors: await adapted.embed(["forgot it", "lost it"], { side: "query" }),
      ...{ ids: ["q1", "q2"], passages: ["password", "password"] },
      settings: { weight: 5, neighbours: 2, temperature: 0.1 },
    });
    const ranker = createPassageRanker({ passages, ids, known });
    const retriever = RunnableLambda.from(async (question) => {
      const { data: query } = await adapted.embed([question], { side: "query" });
      return ranker.rank(query, { limit: 1 }).map(({ id, score }) => ({
        pageContent: texts[ids.indexOf(id)],
        metadata: { id, score },
      }));
    });
    const [found] = await retriever.batch(["forgot it", "lost it"]);
    expect(found[0].pageContent).toBe(texts[0]);
    expect(found[0].metadata.score).toBeGreaterThan(3);
  });
});
