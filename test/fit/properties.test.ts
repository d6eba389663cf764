import { describe, expect, it } from "vitest";
import { applyAdapter, fitRca, type Adapter, type Matrix, type TrainingPairs } from "embedtune";
import { fitCca, fitProcrustes, fitRidge, reduceAdapter } from "embedtune/fit";
import { covariance, gatherRows, multiply, normalizeRows, transpose } from "embedtune/math";
import { applySide } from "../../src/adapter/apply.js";
import { preparePairs } from "../../src/data/training-pairs.js";
import { centerPairs } from "../../src/fit/centered-pairs.js";
import { stackRows } from "../../src/fit/matrix-layout.js";
import { ridgeToIdentity } from "../../src/fit/families/ridge-map.js";
import { topics } from "../tune/topics.js";

/** Pairs whose passages vary much less than their queries: what belongs to one side shows when sides are mistaken. */
function unlike(n: number, d: number): TrainingPairs {
  const data = topics(n, d, { nuisance: 2, shift: 1 });
  for (let at = 0; at < data.passages.data.length; at += d) data.passages.data[at] += 12;
  return data;
}

const centered = (data: TrainingPairs): { queries: Matrix; passages: Matrix } => {
  const prepared = preparePairs(data);
  return centerPairs(prepared, prepared.positives);
};

/** Mean of aᵀb over rows. */
function moment(a: Matrix, b: Matrix): Matrix {
  const result = multiply(a, b, { transposeA: true });
  return { ...result, data: result.data.map((value) => value / a.rows) };
}

const trace = ({ cols, data }: Matrix): number =>
  data.reduce((sum, value, at) => (at % (cols + 1) === 0 ? sum + value : sum), 0);

/** The matrix + value · I. */
const plusDiagonal = (matrix: Matrix, value: number): Matrix => ({
  ...matrix,
  data: matrix.data.map((x, at) => (at % (matrix.cols + 1) === 0 ? x + value : x)),
});

/** Checks that all beside the diagonal is 0, and returns the diagonal. */
function expectDiagonal({ cols, data }: Matrix, digits: number): Float32Array {
  const isOn = (at: number): boolean => at % (cols + 1) === 0;
  const beside = data.map((value, at) => (isOn(at) ? 0 : Math.abs(value)));
  expect(Math.max(...beside)).toBeCloseTo(0, digits);
  return data.filter((_, at) => isOn(at));
}

const largestDifference = (a: Matrix, b: Matrix): number =>
  a.data.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b.data[at])), 0);

describe("fitCca", () => {
  it.each([0.03, 0.3, 3])(
    "solves the shrunk problem: with λ = %f each side's own covariance counts, by its own unit",
    (lambda) => {
      const data = unlike(200, 6);
      const { queries, passages } = centered(data);
      const { query, passage } = fitCca(data, { dimensions: 6, lambda });
      const [a, b] = [query.weights!, passage.weights!];
      // With whitened sides A = (Sq + λI)^-½ U ρ^½, B = (Sp + λI)^-½ V ρ^½ and K = U ρ Vᵀ, these hold.
      const shrunk = (rows: Matrix): Matrix => {
        const own = moment(rows, rows);
        return plusDiagonal(own, (lambda * trace(own)) / 6);
      };
      const within = (weights: Matrix, rows: Matrix): Matrix =>
        multiply(weights, multiply(shrunk(rows), weights), { transposeA: true });
      const ofQueries = expectDiagonal(within(a, queries), 4);
      const ofPassages = expectDiagonal(within(b, passages), 4);
      const across = multiply(a, multiply(moment(queries, passages), b), { transposeA: true });
      const correlations = expectDiagonal(across, 4);
      for (let j = 0; j < 6; j++) {
        expect(ofPassages[j]).toBeCloseTo(ofQueries[j], 4);
        expect(correlations[j]).toBeCloseTo(ofQueries[j] ** 2, 4);
        if (j > 0) expect(ofQueries[j]).toBeLessThanOrEqual(ofQueries[j - 1] + 1e-5);
      }
      expect(ofQueries[0]).toBeGreaterThan(0.1);
    },
  );
});

describe("fitProcrustes", () => {
  it.each([0.01, 0.5])("rotates to the polar factor of what is drawn by μ = %f", (mu) => {
    const data = unlike(150, 5);
    const { queries, passages } = centered(data);
    const rotation = fitProcrustes(data, { mu }).query.weights!;
    const product = multiply(rotation, rotation, { transposeA: true });
    for (const value of expectDiagonal(product, 5)) expect(value).toBeCloseTo(1, 5);
    const unit = (trace(moment(queries, queries)) + trace(moment(passages, passages))) / 2 / 5;
    const drawn = plusDiagonal(moment(queries, passages), mu * unit);
    // R is the polar factor of M just when RᵀM is symmetric and positive semidefinite.
    const rest = multiply(rotation, drawn, { transposeA: true });
    expect(largestDifference(rest, transpose(rest))).toBeLessThan(5e-7);
    expect(trace(rest)).toBeGreaterThan(trace(drawn));
  });

  it("centres each side on its own mean", () => {
    const data = unlike(40, 5);
    const adapter = fitProcrustes(data);
    for (const side of ["query", "passage"] as const) {
      const rows = side === "query" ? data.queries : data.passages;
      const { mean } = covariance(applyAdapter(adapter, rows, { side, normalize: false }));
      for (const value of mean) expect(value).toBeCloseTo(0, 5);
    }
  });

  it("finds a rotation of many dimensions as it finds one of few", () => {
    // Above 256 dimensions an iteration takes the place of the decomposition.
    const d = 260;
    const data = topics(300, d, { nuisance: 0 });
    for (let i = 0; i < 300; i++) {
      const row = data.queries.data.subarray(i * d, (i + 1) * d);
      data.passages.data.set([...row.subarray(1), row[0]], i * d);
    }
    const adapter = fitProcrustes(data, { mu: 1e-3 });
    const rotation = adapter.query.weights!;
    const product = multiply(rotation, rotation, { transposeA: true });
    const lengths = expectDiagonal(product, 4);
    expect(Math.min(...lengths)).toBeCloseTo(1, 4);
    expect(Math.max(...lengths)).toBeCloseTo(1, 4);
    const queries = applyAdapter(adapter, data.queries, { side: "query" });
    const passages = applyAdapter(adapter, data.passages, { side: "passage" });
    expect(largestDifference(queries, passages)).toBeLessThan(2e-3);
  });
});

describe("fitRidge", () => {
  it("minimises mean |qG - p|² + μ|G - I|²: no step from G leads lower", () => {
    const data = unlike(60, 4);
    const { queries, passages, positives } = preparePairs(data);
    const q = gatherRows(queries, positives.query);
    const p = gatherRows(passages, positives.passage);
    const unit = trace(moment(q, q)) / 4;
    const mu = 0.2;
    const cost = (g: Matrix): number => {
      const mapped = multiply(q, g);
      const misses = mapped.data.reduce((sum, x, at) => sum + (x - p.data[at]) ** 2, 0) / q.rows;
      const moved = plusDiagonal(g, -1).data.reduce((sum, x) => sum + x * x, 0);
      return misses + mu * unit * moved;
    };
    const g = fitRidge(data, { mu }).query.weights!;
    const least = cost(g);
    for (let at = 0; at < 16; at++) {
      for (const step of [-0.02, 0.02]) {
        const moved = { ...g, data: g.data.slice() };
        moved.data[at] += step;
        expect(cost(moved)).toBeGreaterThan(least);
      }
    }
  });
});

describe("ridgeToIdentity", () => {
  it.each([
    ["more pairs than dimensions", 12, 4],
    ["fewer pairs than dimensions", 5, 9],
  ])("leaves each row out exactly, with %s", (_, n, d) => {
    const data = topics(n, d, { nuisance: 2 });
    const [from, to] = [normalizeRows(data.passages), normalizeRows(data.queries)];
    const mu = 0.4;
    const residuals = ridgeToIdentity(from, to)(mu).residuals();
    for (let i = 0; i < n; i++) {
      // A row of zeros adds nothing to any sum. The unit is that of all rows, so μ is put into the one of the rest.
      const without = (m: Matrix): Matrix => ({
        ...m,
        data: m.data.map((value, at) => (Math.floor(at / d) === i ? 0 : value)),
      });
      const rest = without(from);
      const [all, fewer] = [from, rest].map((m) => trace(moment(m, m)));
      const map = ridgeToIdentity(rest, without(to))((mu * all) / fewer);
      const mapped = map.apply(gatherRows(from, [i]));
      for (let j = 0; j < d; j++) {
        expect(residuals.data[i * d + j]).toBeCloseTo(to.data[i * d + j] - mapped.data[j], 4);
      }
    }
  });
});

describe("reduceAdapter", () => {
  const data = unlike(120, 6);
  const prepared = preparePairs(data);
  const adapters: [string, Adapter][] = [
    ["one matrix", fitRca(data)],
    ["a matrix per side", fitCca(data, { dimensions: 5, lambda: 0.5 })],
    ["queries alone", fitRidge(data)],
  ];

  it.each(adapters)("turns vectors to their principal directions, with %s", (_, adapter) => {
    const k = adapter.outputDimensions;
    const reduced = reduceAdapter(adapter, data, { dimensions: k });
    const rows = (by: Adapter): Matrix =>
      stackRows(
        applySide(by.query, gatherRows(prepared.queries, prepared.positives.query)),
        applySide(by.passage, gatherRows(prepared.passages, prepared.positives.passage)),
      );
    const [before, after] = [rows(adapter), rows(reduced)];
    // Every inner product stays, within a side and across; the second moment is diagonal, largest first.
    const inner = (m: Matrix): Matrix => multiply(m, m, { transposeB: true });
    expect(largestDifference(inner(before), inner(after))).toBeLessThan(5e-5);
    const lengths = expectDiagonal(moment(after, after), 4);
    for (let j = 1; j < k; j++) expect(lengths[j]).toBeLessThanOrEqual(lengths[j - 1] + 1e-6);
  });

  it("keeps one matrix for both sides one object", () => {
    const { query, passage } = reduceAdapter(adapters[0][1], data, { dimensions: 3 });
    expect(passage.weights).toBe(query.weights);
  });
});

describe("fitRca", () => {
  it("centres each side on its own mean before anything else", () => {
    const data = unlike(50, 5);
    const adapter = fitRca(data);
    for (const side of ["query", "passage"] as const) {
      const rows = side === "query" ? data.queries : data.passages;
      const { mean } = covariance(applyAdapter(adapter, rows, { side, normalize: false }));
      for (const value of mean) expect(value).toBeCloseTo(0, 5);
    }
  });

  it("keeps one matrix for both sides one object, so that a file holds it once", () => {
    const { query, passage } = fitRca(topics(50, 5));
    expect(passage.weights).toBe(query.weights);
    const few = fitRca(topics(5, 40));
    expect(few.passage.lowRank).toBe(few.query.lowRank);
  });
});
