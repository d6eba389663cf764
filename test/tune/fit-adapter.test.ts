import { describe, expect, it } from "vitest";
import { applyAdapter, fitAdapter, type CandidateName } from "embedtune";
import { topics } from "./topics.js";

describe("fitAdapter", () => {
  it("says use it, and returns the best candidate, where there is much to learn", async () => {
    const { adapter, verdict, table, comparison, threshold } = await fitAdapter(
      topics(120, 12, { nuisance: 5 }),
      { embedder: "test/topics" },
    );
    expect(verdict).toBe("use it");
    expect(comparison?.difference).toBeGreaterThan(0.1);
    expect(table.map(({ method }) => method)).toEqual([
      "identity",
      "rca",
      "ridge-rca",
      "refined-rca",
    ]);
    expect(adapter.metadata).toMatchObject({ embedder: "test/topics", method: /rca$/ });
    expect(adapter.metadata.trainingData).toMatch(/^[0-9a-f]{16}$/);
    expect(threshold).toBeGreaterThan(-1);
    expect(threshold).toBeLessThan(1);
  });

  it("gives the identity back where the gain could be chance", async () => {
    const { adapter, verdict, table } = await fitAdapter(topics(30, 12, { nuisance: 0 }));
    expect(verdict).toBe("no evidence of gain");
    expect(adapter.metadata.method).toBe("identity");
    expect(table).toHaveLength(4);
  });

  it("gives the same bits for the same seed", async () => {
    const data = topics(60, 8);
    const [a, b] = [await fitAdapter(data), await fitAdapter(data)];
    expect(a.adapter).toEqual(b.adapter);
    expect(a.comparison).toEqual(b.comparison);
  });

  it("leaves passages as they are when asked for the query side", async () => {
    const { adapter, table } = await fitAdapter(topics(120, 12, { nuisance: 5 }), {
      side: "query",
    });
    expect(table.map(({ method }) => method)).toEqual(["identity", "query-rca", "ridge"]);
    expect(adapter.passage).toEqual({ center: null, weights: null });
    expect(adapter.metadata.method).not.toBe("identity");
  });

  it("tries every candidate it knows, cheapest first, and all of them end in finite numbers", async () => {
    const candidates: CandidateName[] = [
      "discriminative",
      "procrustes",
      "whitening",
      "rca",
      "refined-rca",
      "ridge-rca",
    ];
    const data = topics(60, 8);
    const wrong = Uint32Array.from(data.pairs.passage, (p) => (p + 1) % 60);
    const pairs = {
      query: Uint32Array.of(...data.pairs.query, ...data.pairs.query),
      passage: Uint32Array.of(...data.pairs.passage, ...wrong),
      label: Uint8Array.of(...data.pairs.label, ...new Uint8Array(60)),
    };
    const { table } = await fitAdapter({ ...data, pairs }, { candidates });
    expect(table.map(({ method }) => method)).toEqual([
      "identity",
      "rca",
      "whitening",
      "ridge-rca",
      "refined-rca",
      "procrustes",
      "discriminative",
    ]);
    for (const { metrics } of table) {
      for (const value of Object.values(metrics!)) expect(value).toBeGreaterThan(0);
    }
  });

  it("begins no further candidate when the time budget is spent", async () => {
    const { table } = await fitAdapter(topics(60, 8), { timeBudget: 0 });
    expect(table.map(({ method, metrics }) => [method, metrics !== null])).toEqual([
      ["identity", true],
      ["rca", true],
      ["ridge-rca", false],
      ["refined-rca", false],
    ]);
  });

  it("keeps queries of one group on one side of every split", async () => {
    // Each topic stands twice: alone, the twin in training would give the held-out one away.
    const data = topics(20, 4, { nuisance: 0 });
    const twice = {
      queries: {
        ...data.queries,
        rows: 40,
        data: Float32Array.of(...data.queries.data, ...data.queries.data),
      },
      passages: data.passages,
      pairs: {
        query: Uint32Array.from({ length: 40 }, (_, i) => i),
        passage: Uint32Array.from({ length: 40 }, (_, i) => i % 20),
        label: new Uint8Array(40).fill(1),
      },
    };
    // By default queries that share a matching passage are one group, and so nothing changes but weights.
    const { comparison } = await fitAdapter(twice, { level: 0.5 });
    expect(comparison === null || comparison.n === 40).toBe(true);
  });

  it("says so when one group, or one pair, leaves nothing to compare", async () => {
    for (const data of [{ ...topics(6, 3), groups: Array(6).fill("a") }, topics(1, 3)]) {
      const { adapter, verdict, comparison, threshold } = await fitAdapter(data);
      expect([verdict, comparison, threshold]).toEqual(["no evidence of gain", null, null]);
      expect(adapter.metadata.method).toBe("identity");
    }
  });

  it("survives one dimension, constant columns and fewer pairs than folds", async () => {
    const flat = topics(20, 5);
    for (let i = 0; i < 20; i++) flat.queries.data[i * 5] = flat.passages.data[i * 5] = 3;
    for (const data of [topics(20, 1), flat, topics(3, 40), topics(2, 2)]) {
      const { adapter, table } = await fitAdapter(data);
      for (const { metrics } of table) {
        for (const value of Object.values(metrics!)) expect(value).toBeGreaterThanOrEqual(0);
      }
      const adapted = applyAdapter(adapter, data.queries, { side: "query" });
      expect(adapted.data.every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses by name what it cannot do", async () => {
    const data = topics(10, 4);
    const refuse = async (
      options: Parameters<typeof fitAdapter>[1],
      message: string,
    ): Promise<void> => {
      await expect(fitAdapter(data, options)).rejects.toThrow(message);
    };
    await refuse({ candidates: ["magic" as CandidateName] }, 'candidate "magic" is unknown');
    await refuse({ side: "query", candidates: ["rca"] }, '"rca" changes passages');
    await refuse({ candidates: ["discriminative"] }, "needs pairs with label 0");
    await refuse({ signal: AbortSignal.abort(new Error("enough")) }, "enough");
    data.queries.data[5] = NaN;
    await refuse({}, "queries: row 1, column 1 must be a finite number, received NaN");
  });
});
