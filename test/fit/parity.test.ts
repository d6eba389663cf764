import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyAdapter, fromRows, type Matrix } from "embedtune";
import { normalizeRows } from "embedtune/math";
import { fitCca, fitCorpusPrior, fitLda } from "embedtune/fit";
import { centerPairs } from "../../src/fit/centered-pairs.js";
import { discriminativeFamily } from "../../src/fit/families/discriminative-family.js";
import { scoreWithSides, scorerOf, type Family } from "../../src/fit/families/family.js";
import { procrustesFamily } from "../../src/fit/families/procrustes-family.js";
import { queryRcaFamily, rcaFamily } from "../../src/fit/families/rca-family.js";
import { ridgeFamily } from "../../src/fit/families/ridge-family.js";
import { ridgeRcaFamily } from "../../src/fit/families/ridge-rca-family.js";
import { whiteningFamily } from "../../src/fit/families/whitening-family.js";
import { ridgeToIdentity } from "../../src/fit/families/ridge-map.js";
import { preparePairs } from "../../src/data/training-pairs.js";
import { rowRange } from "../../src/math/matrix.js";

interface Figures {
  readonly cosines: number[][];
  readonly "query side": number[][];
}
// Written by test/fixtures/closed-form/make.py.
const reference = JSON.parse(
  readFileSync(new URL("../fixtures/closed-form/reference.json", import.meta.url), "utf8"),
) as Record<string, Figures> & {
  queries: number[][];
  passages: number[][];
  wrong: [number, number][];
  "ridge residuals": { residuals: number[][] };
  cca: { correlations: number[] };
  distractors: number[][];
  log: number[][];
};
const n = reference.queries.length;
const data = {
  queries: fromRows(reference.queries),
  passages: fromRows(reference.passages),
  pairs: {
    query: Uint32Array.from([...Array(n).keys(), ...reference.wrong.map(([i]) => i)]),
    passage: Uint32Array.from([...Array(n).keys(), ...reference.wrong.map(([, j]) => j)]),
    label: Uint8Array.from([...Array(n).fill(1), ...reference.wrong.map(() => 0)]),
  },
};
const prepared = preparePairs(data);

function expectCosines(scores: Matrix, name: string, expected = reference[name].cosines): void {
  expect([scores.rows, scores.cols]).toEqual([expected.length, expected[0].length]);
  let largest = 0;
  for (const [i, row] of expected.entries()) {
    for (const [j, cosine] of row.entries()) {
      largest = Math.max(largest, Math.abs(scores.data[i * scores.cols + j] - cosine));
    }
  }
  expect(largest).toBeLessThan(2e-5);
}

describe("closed forms give the cosines of NumPy, SciPy and scikit-learn", () => {
  const lambdas = [0.3];
  const cases: [string, Family][] = [
    ["rca", rcaFamily({ lambdas, powers: [0.5] })],
    ["rca quarter", rcaFamily({ lambdas, powers: [0.25] })],
    ["rca blend", rcaFamily({ lambdas, powers: [0.5], blends: [0.7] })],
    ["query-rca", queryRcaFamily({ lambdas, powers: [0.5] })],
    ["ridge", ridgeFamily([1])],
    ["ridge-rca", ridgeRcaFamily({ mus: [0.5], lambdas, powers: [0.5] })],
    ["procrustes", procrustesFamily([1e-9])],
    ["whitening", whiteningFamily({ lambdas: [1e-6], powers: [0.5] })],
    ["discriminative", discriminativeFamily({ lambdas, gammas: [0.4] })],
  ];
  for (const [name, family] of cases) {
    it(`${name}: as an adapter, and in cross-validation's short way`, () => {
      const fitted = family.fit(prepared, prepared.positives, prepared.negatives);
      const point = family.points[0];
      expectCosines(scoreWithSides(fitted.sides(point), prepared.queries, prepared.passages), name);
      expectCosines(scorerOf(fitted, prepared.queries, prepared.passages)(point), name);
    });
  }

  it("ridge: residuals are those of maps that did not see their row", () => {
    const { queries, passages } = centerPairs(prepared, prepared.positives);
    const residuals = ridgeToIdentity(passages, queries)(0.5).residuals();
    for (const [i, row] of reference["ridge residuals"].residuals.entries()) {
      for (const [j, value] of row.entries()) {
        expect(residuals.data[i * residuals.cols + j]).toBeCloseTo(value, 5);
      }
    }
  });

  it.each([4, 12])(
    "ridge: small μ, where rounding counts, continue the others, from %i pairs",
    (count) => {
      const [from, to] = [reference.queries, reference.passages].map((rows) =>
        fromRows(rows.slice(0, count)),
      );
      const mapAt = ridgeToIdentity(from, to);
      const [small, steady] = [mapAt(0.0099999), mapAt(0.01)];
      for (const of of [small, steady]) expect(of.matrix().data.some(Number.isNaN)).toBe(false);
      for (const read of ["matrix", "residuals"] as const) {
        const [a, b] = [small[read](), steady[read]()];
        for (const [i, value] of a.data.entries()) expect(value).toBeCloseTo(b.data[i], 3);
      }
      // So small that single precision cannot add it to the moment.
      expect(mapAt(1e-9).matrix().data.every(Number.isFinite)).toBe(true);
    },
  );

  it("ridge: few rows are mapped as many are, by solving for them alone", () => {
    const { queries, passages } = centerPairs(prepared, prepared.positives);
    const map = ridgeToIdentity(passages, queries)(0.5);
    const d = passages.cols;
    expect(passages.rows).toBeGreaterThanOrEqual(d);
    const all = map.apply(passages);
    const few = map.apply(rowRange(passages, 0, d - 1));
    for (const [i, value] of few.data.entries()) expect(value).toBeCloseTo(all.data[i], 5);
  });

  it("ridge: the form for few pairs and that for many are the same map", () => {
    const few = {
      queries: fromRows(reference.queries.slice(0, 4)),
      passages: fromRows(reference.passages.slice(0, 4)),
    };
    const dual = ridgeToIdentity(few.passages, few.queries)(0.5);
    // Rows of zeros change no sum, but they make pairs outnumber dimensions; n scales with them.
    const pad = (m: Matrix): Matrix => ({
      rows: 8,
      cols: m.cols,
      data: Float32Array.of(...m.data, ...new Float32Array(m.data.length)),
    });
    const primal = ridgeToIdentity(pad(few.passages), pad(few.queries))(0.5);
    const [a, b] = [dual.matrix(), primal.matrix()];
    for (let i = 0; i < a.data.length; i++) expect(b.data[i]).toBeCloseTo(a.data[i], 4);
    const applied = dual.apply(few.queries);
    const again = primal.apply(few.queries);
    for (let i = 0; i < applied.data.length; i++) {
      expect(again.data[i]).toBeCloseTo(applied.data[i], 4);
    }
  });

  describe("corpus-prior, from a corpus of more than the pairs name and questions with two passages", () => {
    const matches = [...Array(n).keys(), ...Array(5).keys()];
    const withCorpus = {
      queries: data.queries,
      passages: fromRows([...reference.passages, ...reference.distractors]),
      pairs: {
        query: Uint32Array.from(matches),
        passage: Uint32Array.from(matches.keys()),
        label: new Uint8Array(matches.length).fill(1),
      },
    };
    const point = { nu: 30, lambda: 0.3, power: 0.5 };
    const corpus = normalizeRows(withCorpus.passages);
    for (const [name, log] of [
      ["corpus-prior", undefined],
      ["corpus-prior log", fromRows(reference.log)],
    ] as const) {
      it(`${name}: on both sides and on the queries alone`, () => {
        const both = fitCorpusPrior(withCorpus, { ...point, log });
        expectCosines(scoreWithSides(both, prepared.queries, corpus), name);
        const query = fitCorpusPrior(withCorpus, { ...point, log, side: "query" });
        expect(query.passage).toEqual({ center: null, weights: null });
        const expected = reference[name]["query side"];
        expectCosines(scoreWithSides(query, prepared.queries, corpus), name, expected);
      });
    }
  });

  it("lda: in three dimensions", () => {
    const adapter = fitLda(data, { dimensions: 3, lambda: 0.3 });
    expect(adapter.outputDimensions).toBe(3);
    expectCosines(scoreWithSides(adapter, prepared.queries, prepared.passages), "lda");
  });

  it("cca: the correlations of scikit-learn's", () => {
    const adapter = fitCca(data, { dimensions: 3, lambda: 1e-6 });
    const rows = (side: "query" | "passage", vectors: Matrix): Matrix =>
      applyAdapter(adapter, normalizeRows(vectors), { side, normalize: false });
    const q = rows("query", data.queries);
    const p = rows("passage", data.passages);
    for (const [j, expected] of reference.cca.correlations.entries()) {
      let [qq, pp, qp] = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        const [x, y] = [q.data[i * 3 + j], p.data[i * 3 + j]];
        qq += x * x;
        pp += y * y;
        qp += x * y;
      }
      expect(qp / Math.sqrt(qq * pp)).toBeCloseTo(expected, 3);
    }
  });
});
