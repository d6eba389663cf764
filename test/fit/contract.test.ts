import { describe, expect, it } from "vitest";
import { applyAdapter, fitRca, type Adapter, type TrainingPairs } from "embedtune";
import {
  fitCca,
  fitCorpusPrior,
  fitFromStatistics,
  fitLda,
  fitProcrustes,
  fitRidge,
  pairStatistics,
  reduceAdapter,
} from "embedtune/fit";
import { trainingFingerprint } from "../../src/data/training-fingerprint.js";
import { topics } from "../tune/topics.js";

interface Fit {
  readonly fit: (data: TrainingPairs, embedder?: string) => Adapter;
  readonly method: string;
  readonly side: "query" | "both";
  readonly parameters: Record<string, number>;
  /** Length of what comes out of ten dimensions. */
  readonly dimensions: number;
}

const rca = { lambda: 0.2, power: 0.4, blend: 0.5 };
const prior = { nu: 20, lambda: 0.5, power: 0.4 };
const fits: Record<string, Fit> = {
  fitRca: {
    fit: (data, embedder) => fitRca(data, { ...rca, embedder }),
    method: "rca",
    side: "both",
    parameters: rca,
    dimensions: 10,
  },
  "fitRca of the queries": {
    fit: (data, embedder) => fitRca(data, { ...rca, side: "query", embedder }),
    method: "query-rca",
    side: "query",
    parameters: rca,
    dimensions: 10,
  },
  "fitRca after ridge": {
    fit: (data, embedder) => fitRca(data, { ...rca, mu: 2, embedder }),
    method: "ridge-rca",
    side: "both",
    parameters: { ...rca, mu: 2 },
    dimensions: 10,
  },
  fitCorpusPrior: {
    fit: (data, embedder) => fitCorpusPrior(data, { ...prior, embedder }),
    method: "corpus-prior",
    side: "both",
    parameters: prior,
    dimensions: 10,
  },
  "fitCorpusPrior of the queries": {
    fit: (data, embedder) => fitCorpusPrior(data, { ...prior, side: "query", embedder }),
    method: "corpus-prior",
    side: "query",
    parameters: prior,
    dimensions: 10,
  },
  fitRidge: {
    fit: (data, embedder) => fitRidge(data, { mu: 0.5, embedder }),
    method: "ridge",
    side: "query",
    parameters: { mu: 0.5 },
    dimensions: 10,
  },
  fitProcrustes: {
    fit: (data, embedder) => fitProcrustes(data, { mu: 0.3, embedder }),
    method: "procrustes",
    side: "both",
    parameters: { mu: 0.3 },
    dimensions: 10,
  },
  fitLda: {
    fit: (data, embedder) => fitLda(data, { dimensions: 4, lambda: 0.2, embedder }),
    method: "lda",
    side: "both",
    parameters: { dimensions: 4, lambda: 0.2 },
    dimensions: 4,
  },
  fitCca: {
    fit: (data, embedder) => fitCca(data, { dimensions: 4, lambda: 0.2, embedder }),
    method: "cca",
    side: "both",
    parameters: { dimensions: 4, lambda: 0.2 },
    dimensions: 4,
  },
  reduceAdapter: {
    fit: (data, embedder) =>
      reduceAdapter(fitRca(topics(70, 10, { seed: 4 }), { ...rca, embedder }), data, {
        dimensions: 3,
      }),
    method: "rca+pca",
    side: "both",
    parameters: { ...rca, dimensions: 3 },
    dimensions: 3,
  },
};

describe.each(Object.entries(fits))(
  "%s, as every fit,",
  (name, { fit, method, side, parameters, dimensions }) => {
    const data = topics(70, 10, { shift: 0.3 });

    it("returns an adapter that says what it was made for, how, and from what", () => {
      const adapter = fit(data, "test/topics");
      expect([adapter.inputDimensions, adapter.outputDimensions]).toEqual([10, dimensions]);
      expect(adapter.metadata).toEqual({
        embedder: "test/topics",
        method,
        side,
        parameters,
        trainingData: trainingFingerprint(data),
      });
      expect(fit(data).metadata.embedder).toBeNull();
    });

    it("learns soundly from one pair, from fewer pairs than dimensions, and from constant columns", () => {
      const flat = topics(30, 10);
      for (let i = 0; i < 30; i++) flat.queries.data[i * 10] = flat.passages.data[i * 10] = 3;
      for (const pairs of [topics(1, 10), topics(4, 10), flat]) {
        const adapter = fit(pairs);
        for (const side of ["query", "passage"] as const) {
          const adapted = applyAdapter(adapter, data.queries, { side });
          expect([adapted.cols, adapted.data.every(Number.isFinite)]).toEqual([dimensions, true]);
        }
      }
    });

    it("does not look at lengths, at order or at pairs labelled 0", () => {
      const n = data.queries.rows;
      const order = Array.from({ length: n }, (_, i) => (i * 11 + 3) % n);
      const scaled = {
        queries: { ...data.queries, data: data.queries.data.map((value) => 4 * value) },
        passages: { ...data.passages, data: data.passages.data.map((value) => value / 8) },
        pairs: {
          query: Uint32Array.from([...order, 0, 1]),
          passage: Uint32Array.from([...order, 5, 7]),
          label: Uint8Array.from([...order.map(() => 1), 0, 0]),
        },
      };
      const [a, b] = [fit(data), fit(scaled)];
      for (const side of ["query", "passage"] as const) {
        const before = applyAdapter(a, data.passages, { side });
        const after = applyAdapter(b, data.passages, { side });
        // A direction may point either way.
        for (let at = 0; at < before.data.length; at++) {
          expect(Math.abs(after.data[at])).toBeCloseTo(Math.abs(before.data[at]), 3);
        }
      }
    });

    it("refuses by its own name what cannot be learnt from", () => {
      const caller = name.split(" ")[0];
      const zero = topics(3, 10);
      zero.queries.data.fill(0);
      expect(() => fit(zero)).toThrow(`${caller}: queries: row 0 must have a direction`);
      const none = { ...data, pairs: { ...data.pairs, label: new Uint8Array(70) } };
      expect(() => fit(none)).toThrow(`${caller}: pairs must hold at least one with label 1`);
    });
  },
);

describe("fitFromStatistics, as every fit,", () => {
  it("returns an adapter that says how it was made", () => {
    const statistics = pairStatistics(topics(50, 6));
    const embedder = "test/topics";
    expect(fitFromStatistics(statistics, { ...rca, embedder }).metadata).toMatchObject({
      ...{ embedder, method: "rca", side: "both", parameters: rca, verdict: "untested" },
    });
    expect(fitFromStatistics(statistics, { method: "ridge", mu: 2 }).metadata).toMatchObject({
      ...{ embedder: null, method: "ridge", side: "query", parameters: { mu: 2 } },
    });
  });
});

describe("options left out", () => {
  const data = topics(12, 3);
  const statistics = pairStatistics(data);
  it.each([
    ["fitRca", fitRca(data), { lambda: 0.3, power: 0.5, blend: 0 }],
    ["fitRidge", fitRidge(data), { mu: 1 }],
    ["fitProcrustes", fitProcrustes(data), { mu: 0.1 }],
    ["fitLda", fitLda(data, { dimensions: 2 }), { dimensions: 2, lambda: 0.1 }],
    ["fitCca", fitCca(data, { dimensions: 2 }), { dimensions: 2, lambda: 0.1 }],
    ["fitFromStatistics", fitFromStatistics(statistics), { lambda: 1, power: 0.25, blend: 0 }],
    ["fitCorpusPrior", fitCorpusPrior(data), { nu: 100, lambda: 1, power: 0.25 }],
    ["fitFromStatistics of ridge", fitFromStatistics(statistics, { method: "ridge" }), { mu: 1 }],
  ])("are as documented in %s", (_, { metadata }, parameters) => {
    expect(metadata.parameters).toEqual(parameters);
  });
});

describe("options outside their range", () => {
  const data = topics(5, 3);
  it.each([
    [() => fitRidge(data, { mu: 0 }), "fitRidge: mu must be a number > 0, received 0"],
    [() => fitCorpusPrior(data, { nu: 0 }), "fitCorpusPrior: nu must be a number > 0, received 0"],
    [() => fitCorpusPrior(data, { lambda: 0 }), "fitCorpusPrior: lambda must be a number > 0"],
    [() => fitCorpusPrior(data, { power: NaN }), "fitCorpusPrior: power must be a number > 0"],
    [
      () => fitCorpusPrior(data, { log: topics(5, 4).queries }),
      "fitCorpusPrior: log must be a matrix of 3 columns, received 4",
    ],
    [
      () => fitCorpusPrior(data, { log: { ...data.queries, data: new Float32Array(15) } }),
      "fitCorpusPrior: log: row 0 must have a direction, received zeros only",
    ],
    [() => fitProcrustes(data, { mu: -1 }), "fitProcrustes: mu must be a number > 0, received -1"],
    [() => fitLda(data, { dimensions: 2, lambda: 0 }), "fitLda: lambda must be a number > 0"],
    [() => fitCca(data, { dimensions: 2, lambda: NaN }), "fitCca: lambda must be a number > 0"],
    [
      () => reduceAdapter(fitLda(data, { dimensions: 2 }), data, { dimensions: 3 }),
      "reduceAdapter: dimensions must be an integer from 1 to 2, received 3",
    ],
    [
      () => reduceAdapter(fitRca(data), topics(5, 4), { dimensions: 2 }),
      "reduceAdapter: vectors must have 3 dimensions like the adapter's, received 4",
    ],
  ])("%#", (fit, message) => {
    expect(fit).toThrow(message);
  });
});
