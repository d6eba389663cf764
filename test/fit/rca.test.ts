import { describe, expect, it } from "vitest";
import {
  applyAdapter,
  createRandom,
  cosineSimilarity,
  fitRca,
  fromRows,
  type TrainingPairs,
} from "embedtune";
import { createMatrix, rowOf } from "embedtune/math";

/**
 * Topics plus noise: query i and passage i share a topic vector; both carry strong noise in a few nuisance directions.
 */
function topics(
  n: number,
  d: number,
  { nuisance = 4, strength = 2, seed = 1 } = {},
): TrainingPairs {
  const random = createRandom(seed);
  const queries = createMatrix(n, d);
  const passages = createMatrix(n, d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const topic = random.normal();
      const noise = j < nuisance ? strength : 0.3;
      queries.data[i * d + j] = topic + noise * random.normal() + 0.5;
      passages.data[i * d + j] = topic + noise * random.normal() - 0.5;
    }
  }
  const rows = Uint32Array.from({ length: n }, (_, i) => i);
  return {
    queries,
    passages,
    pairs: { query: rows, passage: rows, label: new Uint8Array(n).fill(1) },
  };
}

function recallAt1(
  data: TrainingPairs,
  adapter: Awaited<ReturnType<typeof fitRca>>["adapter"],
): number {
  const q = applyAdapter(adapter, data.queries, { side: "query" });
  const p = applyAdapter(adapter, data.passages, { side: "passage" });
  let right = 0;
  for (let i = 0; i < q.rows; i++) {
    let best = 0;
    for (let j = 1; j < p.rows; j++) {
      if (
        cosineSimilarity(rowOf(q, i), rowOf(p, j)) > cosineSimilarity(rowOf(q, i), rowOf(p, best))
      )
        best = j;
    }
    if (best === i) right++;
  }
  return right / q.rows;
}

describe("fitRca", () => {
  it("finds directions in which matches differ and raises retrieval on unseen pairs", async () => {
    const { adapter, chosen } = await fitRca(topics(200, 16, { nuisance: 6, strength: 4 }));
    const unseen = topics(100, 16, { nuisance: 6, strength: 4, seed: 2 });
    const untouched = (await fitRca(unseen, { lambdas: [1e9], powers: [0.5], identity: false }))
      .adapter;
    expect(chosen.lambda).not.toBeNull();
    expect(recallAt1(unseen, adapter)).toBeGreaterThan(recallAt1(unseen, untouched) + 0.1);
  });

  it("gives the same bits for the same seed", async () => {
    const data = topics(60, 8);
    expect(await fitRca(data, { seed: 3 })).toEqual(await fitRca(data, { seed: 3 }));
  });

  it("tries the untouched embedding first and the whole grid after it", async () => {
    const { candidates, chosen } = await fitRca(topics(40, 6), {
      lambdas: [0.1, 1],
      powers: [0.5],
    });
    expect(candidates.map(({ lambda, power }) => [lambda, power])).toEqual([
      [null, null],
      [0.1, 0.5],
      [1, 0.5],
    ]);
    expect(candidates).toContain(chosen);
  });

  it("leaves the embedding untouched when there is nothing to learn", async () => {
    const n = 60;
    const d = 12;
    const random = createRandom("noise");
    const same = createMatrix(
      n,
      d,
      Float32Array.from({ length: n * d }, () => random.normal()),
    );
    const rows = Uint32Array.from({ length: n }, (_, i) => i);
    const pairs = { query: rows, passage: rows, label: new Uint8Array(n).fill(1) };
    const { adapter, chosen } = await fitRca({ queries: same, passages: same, pairs });
    expect(chosen.lambda).toBeNull();
    expect(adapter.metadata.method).toBe("identity");
  });

  it("is exact whichever of pairs and dimensions is smaller", async () => {
    // The same 20 differences, once in 12 dimensions (primal) and once padded to 40 with zeros (dual).
    const small = topics(20, 12);
    const pad = (m: TrainingPairs["queries"]): TrainingPairs["queries"] => {
      const wide = createMatrix(m.rows, 40);
      for (let i = 0; i < m.rows; i++) wide.data.set(rowOf(m, i), i * 40);
      return wide;
    };
    const large = { ...small, queries: pad(small.queries), passages: pad(small.passages) };
    // lambda is in units of the mean eigenvalue, which the padding divides by 40 / 12.
    const a = await fitRca(small, { lambdas: [0.3], powers: [0.5], identity: false });
    const b = await fitRca(large, { lambdas: [1], powers: [0.5], identity: false });
    const qa = applyAdapter(a.adapter, small.queries, { side: "query" });
    const qb = applyAdapter(b.adapter, large.queries, { side: "query" });
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 12; j++) expect(qb.data[i * 40 + j]).toBeCloseTo(qa.data[i * 12 + j], 4);
    }
  });

  it("keeps a low-rank form when the pairs span few dimensions", async () => {
    const { adapter } = await fitRca(topics(10, 64), {
      lambdas: [1],
      powers: [0.5],
      identity: false,
    });
    expect(adapter.query.weights).toBeNull();
    expect(adapter.query.lowRank?.left.cols).toBeLessThan(10);
  });

  it("counts a pair that stands twice once", async () => {
    const data = topics(30, 5);
    const twice = {
      ...data,
      pairs: {
        query: Uint32Array.of(...data.pairs.query, ...data.pairs.query),
        passage: Uint32Array.of(...data.pairs.passage, ...data.pairs.passage),
        label: new Uint8Array(60).fill(1),
      },
    };
    expect(await fitRca(twice)).toEqual(await fitRca(data));
  });

  it("survives constant columns and one dimension without a NaN", async () => {
    const flat = topics(30, 6);
    for (let i = 0; i < 30; i++) flat.queries.data[i * 6] = flat.passages.data[i * 6] = 1;
    for (const data of [flat, topics(30, 1)]) {
      const { adapter } = await fitRca(data, { lambdas: [0.01], powers: [0.5], identity: false });
      for (const side of ["query", "passage"] as const) {
        const adapted = applyAdapter(adapter, data.queries, { side });
        expect(adapted.data.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("refuses by name what it cannot learn from", async () => {
    const data = topics(6, 3);
    const { queries, passages, pairs } = data;
    const expectError = async (changed: Partial<TrainingPairs>, message: string): Promise<void> => {
      await expect(fitRca({ ...data, ...changed })).rejects.toThrow(message);
    };
    await expectError(
      { pairs: { ...pairs, label: new Uint8Array(6) } },
      "pairs must hold at least one with label 1",
    );
    await expectError(
      { pairs: { ...pairs, label: Uint8Array.of(1, 1, 1, 1, 1, 2) } },
      "pairs.label[5] must be 0 or 1, received 2",
    );
    await expectError(
      { pairs: { ...pairs, query: Uint32Array.of(9, 1, 2, 3, 4, 5) } },
      "pairs.query[0] must be an integer from 0 to 5, received 9",
    );
    await expectError(
      { pairs: { ...pairs, query: new Uint32Array(5) } },
      "must have the same length, received 5, 6 and 6",
    );
    await expectError(
      { passages: createMatrix(6, 4) },
      "passages must have as many dimensions as the queries, 3, received 4",
    );
    await expectError({ passages: createMatrix(6, 3) }, "passages: row 0 is all zeros");
    await expectError(
      { queries: fromRows(Array.from({ length: 6 }, () => [1, NaN, 0])) },
      "queries: row 0, column 1 is NaN",
    );
    await expectError({ groups: ["a"] }, "groups must name one per query (6), received 1");
    await expectError({ groups: new Array(6).fill("a") }, "at least 2 groups");
    await expectError(
      {
        queries,
        passages,
        pairs: {
          query: Uint32Array.of(0, 0),
          passage: Uint32Array.of(1, 1),
          label: Uint8Array.of(0, 1),
        },
      },
      "query 0 with passage 1 must be labelled 0 or 1, received both",
    );
    await expect(fitRca(data, { lambdas: [0] })).rejects.toThrow(
      "lambdas must be finite numbers > 0, received 0",
    );
    await expect(fitRca(data, { blends: [-1] })).rejects.toThrow(
      "blends must be finite numbers >= 0, received -1",
    );
    await expect(fitRca(data, { blends: [NaN] })).rejects.toThrow("blends must be finite");
    await expect(fitRca(data, { folds: 1 })).rejects.toThrow("folds must be an integer >= 2");
  });

  it("lets blends compete with RCA itself", async () => {
    const data = topics(60, 8);
    const grid = { lambdas: [0.3], powers: [0.5], blends: [0, 1] };
    const { candidates, chosen } = await fitRca(data, grid);
    expect(candidates.map(({ blend }) => blend)).toEqual([null, 0, 1]);
    const figures = candidates.map(({ metrics }) => metrics!);
    expect(figures[1]).not.toEqual(figures[2]);
    const best = Math.max(...figures.map(({ rocAuc, mrr }) => rocAuc + mrr));
    expect(chosen.metrics!.rocAuc + chosen.metrics!.mrr).toBe(best);
  });

  it("works with fewer pairs than folds", async () => {
    const { adapter } = await fitRca(topics(3, 4));
    expect(applyAdapter(adapter, [1, 2, 3, 4], { side: "query" }).every(Number.isFinite)).toBe(
      true,
    );
  });

  it("stops when asked to", async () => {
    const reason = new Error("enough");
    await expect(fitRca(topics(30, 4), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
