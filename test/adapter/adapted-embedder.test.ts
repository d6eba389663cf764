import { describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createHashingEmbedder,
  createMemoryStore,
  estimateEmbedding,
  identityAdapter,
  withAdapter,
  withCache,
  withPrefixes,
} from "embedtune";
import { adapterFingerprint } from "embedtune/answered";
import { rowOf } from "embedtune/math";
import { adapter, adapterOf, embedder, expected, square, texts } from "../integrations/adapted.js";

describe("withAdapter", () => {
  it("gives each side's vectors as applyAdapter does, in batches too", async () => {
    const adapted = withAdapter(embedder, adapter);
    for (const side of ["query", "passage"] as const) {
      const vectors = await adapted.embed(texts, { side });
      expect(texts.map((_, i) => Array.from(rowOf(vectors, i)))).toEqual(await expected(side));
    }
    const batched = createFunctionEmbedder(async (some) => embedder.embed(some), {
      ...{ id: embedder.id, batchSize: 2 },
    });
    const rows: number[][] = [];
    for await (const { indices, vectors } of withAdapter(batched, adapter).embedBatches!(texts, {
      side: "query",
    })) {
      for (const [k, i] of indices.entries()) rows[i] = Array.from(rowOf(vectors, k));
    }
    expect(rows).toEqual(await expected("query"));
  });

  it.each(["query", "passage"] as const)(
    "gives a %s by itself the bits it has among others",
    async (side) => {
      const adapted = withAdapter(embedder, adapter);
      const together = await adapted.embed(texts, { side });
      for (const [i, text] of texts.entries()) {
        const alone = await adapted.embed([text], { side });
        expect(alone).toMatchObject({ rows: 1, cols: together.cols });
        expect([...alone.data]).toEqual([...rowOf(together, i)]);
      }
    },
  );

  it("gives no vectors for no texts", async () => {
    const bare = createFunctionEmbedder(() => [], { id: embedder.id });
    expect((await withAdapter(bare, adapter).embed([])).rows).toBe(0);
  });

  it("is another embedder to a cache than the one it stands on, and than one with another adapter", async () => {
    const adapted = withAdapter(embedder, adapter);
    expect(adapted.id).toMatch(/^hashing\/.*\+[0-9a-f]{16}$/);
    expect(withAdapter(embedder, { ...adapter, query: square() }).id).not.toBe(adapted.id);
    const store = createMemoryStore();
    await withCache(embedder, store).embed(texts);
    const cached = withCache(adapted, store);
    await cached.embed(texts, { side: "query" });
    expect((await cached.embed(texts, { side: "passage" })).data).toEqual(
      (await adapted.embed(texts, { side: "passage" })).data,
    );
  });

  it("says what was judged of it, but not what was judged of a form that it is only a part of", () => {
    const fingerprint = adapterFingerprint(adapter);
    expect(withAdapter(embedder, adapter).judgement).toEqual({
      adapter: fingerprint,
      verdict: "use it",
      sentence: "use it: as was judged.",
    });
    const metadata = { ...adapter.metadata, form: "known questions" } as const;
    expect(withAdapter(embedder, { ...adapter, metadata }).judgement).toEqual({
      adapter: fingerprint,
    });
  });

  it("tells what embedding takes, which no adapter changes", async () => {
    const priced = {
      ...embedder,
      estimate: async () => ({
        ...{ texts: 3, toEmbed: 3, tokens: null, cost: { low: 1, high: 2 }, requests: 1 },
        minutes: null,
      }),
    };
    const { cost } = await estimateEmbedding(withAdapter(priced, adapter), texts);
    expect(cost).toEqual({ low: 1, high: 2 });
  });

  it("refuses an adapter of another embedder, of other prefixes, of other dimensions, and names the remedy", async () => {
    expect(() => withAdapter(createHashingEmbedder({ dimensions: 32 }), adapter)).toThrow(
      'withAdapter: embedder must be "hashing/char-3-5/16/v1", which the adapter was fitted on (give that embedder, or fit again on this one; the option embedder vouches that both give the same vectors), received "hashing/char-3-5/32/v1"; if both are one model, give the embedder that id',
    );
    const prefixed = withPrefixes(embedder, { query: "query: " });
    expect(() => withAdapter(embedder, adapterOf(prefixed.id))).toThrow(
      "withPrefixes puts them before the texts",
    );
    const unnamed = adapterOf(null);
    expect(() => withAdapter(createHashingEmbedder({ dimensions: 32 }), unnamed)).toThrow(
      "withAdapter: vectors must be of the 16 dimensions that the adapter was fitted on (ask the model for so many, or fit again on these), received 32",
    );
    const late = createFunctionEmbedder((some) => some.map(() => [1, 2, 3]), { id: "late" });
    await expect(withAdapter(late, unnamed).embed(["a"])).rejects.toThrow(
      "of the 16 dimensions that the adapter was fitted on",
    );
  });

  it("takes an embedder of another name whose vectors are vouched for", async () => {
    const same = { ...embedder, id: "the same behind another address" };
    const adapted = withAdapter(same, adapter, { embedder: embedder.id });
    expect((await adapted.embed(texts, { side: "query" })).data).toEqual(
      (await withAdapter(embedder, adapter).embed(texts, { side: "query" })).data,
    );
    expect(() => withAdapter(same, adapter, { embedder: "a third" })).toThrow('received "a third"');
  });

  it("refuses a map of both sides over an untouched index, and says what to take", () => {
    const untouched = { index: "untouched" } as const;
    expect(() => withAdapter(embedder, adapter, untouched)).toThrow(
      "take the query-only one, bestQueryOnly or best-query-only.safetensors",
    );
    const { query } = adapter;
    const queryOnly = { ...identityAdapter(16, embedder.id), query };
    expect(withAdapter(embedder, queryOnly, untouched).id).toContain("+");
    expect(() => withAdapter(embedder, queryOnly, { index: "old" as "adapted" })).toThrow(
      'withAdapter: index must be "adapted" or "untouched", received "old"',
    );
  });
});
