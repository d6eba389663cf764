import { describe, expect, it } from "vitest";
import {
  applyAdapter,
  cosineSimilarity,
  fitRca,
  fromRows,
  identityAdapter,
  type Adapter,
  type RcaOptions,
  type TrainingPairs,
} from "embedtune";
import { createMatrix, rowOf } from "embedtune/math";
import { topics } from "../tune/topics.js";

function recallAt1(data: TrainingPairs, adapter: Adapter): number {
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
  it("finds directions in which matches differ and raises retrieval on unseen pairs", () => {
    const adapter = fitRca(topics(200, 16, { nuisance: 6, shift: 0.5 }));
    const unseen = topics(100, 16, { nuisance: 6, shift: 0.5, seed: 2 });
    expect(recallAt1(unseen, adapter)).toBeGreaterThan(
      recallAt1(unseen, identityAdapter(16)) + 0.1,
    );
  });

  it("is exact whichever of pairs and dimensions is smaller", () => {
    // The same 20 differences, once in 12 dimensions (primal) and once padded to 40 with zeros (dual).
    const small = topics(20, 12);
    const pad = (m: TrainingPairs["queries"]): TrainingPairs["queries"] => {
      const wide = createMatrix(m.rows, 40);
      for (let i = 0; i < m.rows; i++) wide.data.set(rowOf(m, i), i * 40);
      return wide;
    };
    const large = { ...small, queries: pad(small.queries), passages: pad(small.passages) };
    // lambda is in units of the mean eigenvalue, which the padding divides by 40 / 12.
    const a = fitRca(small, { lambda: 0.3 });
    const b = fitRca(large, { lambda: 1 });
    const qa = applyAdapter(a, small.queries, { side: "query" });
    const qb = applyAdapter(b, large.queries, { side: "query" });
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 12; j++) expect(qb.data[i * 40 + j]).toBeCloseTo(qa.data[i * 12 + j], 4);
    }
  });

  it("keeps a low-rank form when the pairs span few dimensions", () => {
    const adapter = fitRca(topics(10, 64), { lambda: 1 });
    expect(adapter.query.weights).toBeNull();
    expect(adapter.query.lowRank?.left.cols).toBeLessThan(10);
  });

  it("counts a pair that stands twice once", () => {
    const data = topics(30, 5);
    const twice = {
      ...data,
      pairs: {
        query: Uint32Array.of(...data.pairs.query, ...data.pairs.query),
        passage: Uint32Array.of(...data.pairs.passage, ...data.pairs.passage),
        label: new Uint8Array(60).fill(1),
      },
    };
    const [once, again] = [fitRca(data), fitRca(twice)];
    expect([again.query, again.passage]).toEqual([once.query, once.passage]);
  });

  it("survives constant columns and one dimension without a NaN", () => {
    const flat = topics(30, 6);
    for (let i = 0; i < 30; i++) flat.queries.data[i * 6] = flat.passages.data[i * 6] = 1;
    for (const data of [flat, topics(30, 1)]) {
      const adapter = fitRca(data, { lambda: 0.01 });
      for (const side of ["query", "passage"] as const) {
        const adapted = applyAdapter(adapter, data.queries, { side });
        expect(adapted.data.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("refuses by name what it cannot learn from", () => {
    const data = topics(6, 3);
    const { queries, passages, pairs } = data;
    const expectError = (changed: Partial<TrainingPairs>, message: string): void => {
      expect(() => fitRca({ ...data, ...changed })).toThrow(message);
    };
    expectError(
      { pairs: { ...pairs, label: new Uint8Array(6) } },
      "fitRca: pairs must hold at least one with label 1",
    );
    expectError(
      { pairs: { ...pairs, label: Uint8Array.of(1, 1, 1, 1, 1, 2) } },
      "fitRca: pairs.label[5] must be 0 or 1, received 2",
    );
    expectError(
      { pairs: { ...pairs, query: Uint32Array.of(9, 1, 2, 3, 4, 5) } },
      "fitRca: pairs.query[0] must be an integer from 0 to 5, received 9",
    );
    expectError(
      { pairs: { ...pairs, query: new Uint32Array(5) } },
      "must have the same length, received 5, 6 and 6",
    );
    expectError(
      { passages: createMatrix(6, 4) },
      "passages must have as many dimensions as the queries, 3, received 4",
    );
    expectError(
      { passages: createMatrix(6, 3) },
      "passages: row 0 must have a direction, received zeros only",
    );
    expectError(
      { queries: fromRows(Array.from({ length: 6 }, () => [1, NaN, 0])) },
      "queries: row 0, column 1 must be a finite number, received NaN",
    );
    expectError({ groups: ["a"] }, "fitRca: groups must name one per query (6), received 1");
    expectError(
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
    const wrong: [RcaOptions, string][] = [
      [{ lambda: 0 }, "fitRca: lambda must be a number > 0, received 0"],
      [{ power: Infinity }, "fitRca: power must be a number > 0, received Infinity"],
      [{ blend: -1 }, "fitRca: blend must be a number >= 0, received -1"],
      [{ blend: NaN }, "fitRca: blend must be a number >= 0, received NaN"],
      [{ mu: 0 }, "fitRca: mu must be a number > 0, received 0"],
      [{ mu: 1, side: "query" }, 'fitRca: mu must be null with side "query", received 1'],
      [{ side: "passage" as "query" }, 'fitRca: side must be "both" or "query"'],
    ];
    for (const [options, message] of wrong) {
      expect(() => fitRca(data, options)).toThrow(message);
    }
  });
});
