import { describe, expect, it } from "vitest";
import { createMatrix, fromRows, rowOf, type Matrix } from "../../src/math/matrix.js";
import type { Progress } from "../../src/base/progress.js";
import { latentSpace } from "../../src/project/latent-space.js";
import { applyPca, fitPca } from "../../src/project/pca.js";
import {
  alignPoints,
  klDivergence,
  trustworthiness,
  tsne,
  tsneProjection,
} from "../../src/project.js";
import reference from "../fixtures/project/tsne.json" with { type: "json" };
import { fixtureVectors, gaussian } from "./tsne-data.js";

/** Few and fast, where the picture itself is not what is tested. */
const brief = { iterations: 40 } as const;

function distance(points: Matrix, i: number, j: number): number {
  return Math.hypot(...rowOf(points, i).map((x, a) => x - rowOf(points, j)[a]));
}

/** Root of the mean squared distance from row to row, beside that of the target's rows from the origin. */
function moved(points: Matrix, target: Matrix): number {
  const squares = (values: Float32Array): number => values.reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares(points.data.map((x, at) => x - target.data[at])) / squares(target.data));
}

describe("tsne", () => {
  for (const expected of reference.embedded) {
    const { rows, cols, perplexity, iterations } = expected;
    it(`is as good as scikit-learn's of ${rows} × ${cols}: divergence and trustworthiness within 2 %`, async () => {
      const vectors = fixtureVectors(rows, cols);
      const { points, divergence } = await tsne(vectors, { perplexity, iterations });
      expect(klDivergence(vectors, points, { perplexity }) / expected.divergence).toBeLessThan(
        1.02,
      );
      expect(Math.abs(divergence / expected.ownDivergence - 1)).toBeLessThan(0.02);
      const trust = trustworthiness(vectors, points, { neighbors: 12 });
      expect(trust / expected.trustworthiness).toBeGreaterThan(0.98);
    });
  }

  it("keeps clusters apart, and leaves no point with another's", async () => {
    const { points } = await tsne(fixtureVectors(300, 20));
    for (let i = 0; i < 300; i++) {
      let nearest = i === 0 ? 1 : 0;
      for (let j = 0; j < 300; j++) {
        if (j !== i && distance(points, i, j) < distance(points, i, nearest)) nearest = j;
      }
      expect(nearest % 5).toBe(i % 5);
    }
  });

  it("makes pictures in 3 dimensions, of less divergence than in 2, around the origin", async () => {
    const vectors = gaussian(150, 10, "three");
    const options = { perplexity: 15, iterations: 300 } as const;
    const flat = await tsne(vectors, options);
    const deep = await tsne(vectors, { ...options, dimensions: 3 });
    expect([deep.points.rows, deep.points.cols]).toEqual([150, 3]);
    expect(deep.divergence).toBeLessThan(flat.divergence);
    for (const { data, cols } of [flat.points, deep.points]) {
      for (let a = 0; a < cols; a++) {
        expect(data.reduce((sum, x, at) => sum + (at % cols === a ? x : 0), 0)).toBeCloseTo(0, 3);
      }
    }
  });

  it("draws the same bits for the same seed, others for another", async () => {
    const vectors = gaussian(80, 6, "seeds");
    const first = await tsne(vectors, { ...brief, seed: 5 });
    expect(await tsne(vectors, { ...brief, seed: 5 })).toEqual(first);
    expect(await tsne(vectors, { ...brief, seed: "5" })).toEqual(first);
    expect(await tsne(vectors, { ...brief, seed: 6 })).not.toEqual(first);
  });

  it("starts from the components, scaled to 10⁻⁴, with a hundredth of jitter", async () => {
    const vectors = gaussian(400, 6, "components");
    const { data } = applyPca(fitPca(vectors), vectors);
    const { points } = await tsne(vectors, { iterations: 1, learningRate: 1e-9 });
    const deviation = Math.sqrt(
      data.reduce((sum, x, at) => sum + (at % 2 === 0 ? x * x : 0), 0) / 400,
    );
    const start = createMatrix(
      400,
      2,
      data.map((x) => (1e-4 * x) / deviation),
    );
    const jitter = points.data.map((x, at) => x - start.data[at]);
    const size = Math.sqrt(jitter.reduce((sum, x) => sum + x * x, 0) / jitter.length);
    expect(size / 1e-6).toBeCloseTo(1, 1);
  });

  it("takes a start's layout, not its place or size", async () => {
    const vectors = gaussian(80, 6, "start");
    const components = applyPca(fitPca(vectors), vectors);
    const start = createMatrix(
      80,
      2,
      components.data.map((x) => 4096 * x + 256),
    );
    const given = await tsne(vectors, { ...brief, start });
    const own = await tsne(vectors, { ...brief, earlyExaggeration: 1, learningRate: 50 });
    expect(moved(given.points, own.points)).toBeLessThan(1e-3);
    const other = await tsne(vectors, { ...brief, start: gaussian(80, 2, "elsewhere") });
    expect(moved(other.points, own.points)).toBeGreaterThan(0.1);
    const nowhere = await tsne(vectors, { ...brief, start: createMatrix(80, 2) });
    expect(nowhere.points.data.every(Number.isFinite)).toBe(true);
    expect(start.data[0]).toBe(Math.fround(4096 * components.data[0] + 256)); // left as it was
  });

  it("comes to lie near an earlier view that it starts from, no worse a picture", async () => {
    const vectors = fixtureVectors(200, 20);
    const noise = gaussian(200, 20, "change").data;
    const changed = { ...vectors, data: vectors.data.map((x, at) => x + 100 * noise[at]) };
    const { points: before } = await tsne(vectors);
    const afresh = await tsne(changed);
    const { points, divergence } = await tsne(changed, { start: before });
    const distance = moved(alignPoints(points, before), before);
    expect(distance).toBeLessThan(0.4);
    expect(distance).toBeLessThan(moved(alignPoints(afresh.points, before), before));
    expect(divergence).toBeLessThan(1.05 * afresh.divergence);
  });

  it("exaggerates by 12 at first, but not from a start, and steps by n / 48 or 50", async () => {
    const vectors = gaussian(80, 6, "defaults");
    const start = gaussian(80, 2, "start");
    const rate = { learningRate: 50 };
    const afresh = await tsne(vectors, { ...brief, ...rate, earlyExaggeration: 12 });
    expect(await tsne(vectors, brief)).toEqual(afresh);
    const begun = await tsne(vectors, { ...brief, ...rate, start, earlyExaggeration: 1 });
    expect(await tsne(vectors, { ...brief, start })).toEqual(begun);
    const many = gaussian(3000, 3, "many");
    const once = { iterations: 4, perplexity: 2 };
    const expected = await tsne(many, { ...once, learningRate: 3000 / 48 });
    expect(await tsne(many, once)).toEqual(expected);
  });

  it("keeps duplicates together", async () => {
    const once = fixtureVectors(40, 10);
    const twice = createMatrix(80, 10);
    twice.data.set(once.data);
    twice.data.set(once.data, once.data.length);
    const { points } = await tsne(twice, { perplexity: 5, iterations: 300 });
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 40; j++) {
        expect(distance(points, i, i + 40)).toBeLessThanOrEqual(distance(points, i, j + 40));
      }
    }
  });

  it("takes a set that is mostly one row, and rows far from the origin", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => (i < 190 ? [1, 1, 1] : [i, -i, i * i]));
    const { points, divergence } = await tsne(fromRows(rows), brief);
    expect(points.data.every(Number.isFinite)).toBe(true);
    expect(divergence).toBeGreaterThan(0);
    const near = gaussian(60, 4, "far");
    const far = { ...near, data: near.data.map((x) => x + 1024) };
    const { points: ofFar } = await tsne(far, { iterations: 300 });
    expect(trustworthiness(far, ofFar)).toBeGreaterThan(0.9);
  });

  it("takes as few as 3 points, rows of one column, and the greatest perplexity", async () => {
    const three = await tsne(gaussian(3, 5, "few"), { dimensions: 3 });
    expect(three.points.data.every(Number.isFinite)).toBe(true);
    const line = fromRows(Array.from({ length: 50 }, (_, i) => [i]));
    const { points } = await tsne(line, { perplexity: 5, iterations: 300 });
    expect(trustworthiness(line, points)).toBeGreaterThan(0.95);
    const all = await tsne(gaussian(10, 5, "all"), { ...brief, perplexity: 9 });
    expect(all.points.data.every(Number.isFinite)).toBe(true);
  });

  it("has a perplexity of 30, or a third of few rows, unless given", async () => {
    const many = gaussian(100, 4, "many");
    expect(await tsne(many, brief)).toEqual(await tsne(many, { ...brief, perplexity: 30 }));
    const few = gaussian(31, 4, "few");
    expect(await tsne(few, brief)).toEqual(await tsne(few, { ...brief, perplexity: 10 }));
  });

  it("stops when asked to, before and while it works, and reports what it does", async () => {
    const vectors = gaussian(600, 20, "stop");
    const stopped = AbortSignal.abort(new Error("stopped"));
    await expect(tsne(vectors, { signal: stopped })).rejects.toThrow("stopped");
    const tiny = gaussian(5, 2, "tiny");
    await expect(tsne(tiny, { ...brief, signal: stopped })).rejects.toThrow("stopped");
    const controller = new AbortController();
    const reports: Progress[] = [];
    const work = tsne(vectors, {
      iterations: 100_000,
      signal: controller.signal,
      onProgress: (progress) => {
        reports.push(progress);
        if (reports.length === 3) controller.abort(new Error("enough"));
      },
    });
    await expect(work).rejects.toThrow("enough");
    expect(reports.length).toBe(3);
    expect(reports.at(-1)).toMatchObject({ stage: "t-SNE", total: 100_000 });
    expect(reports[2].done).toBeGreaterThan(reports[1].done);
  });

  it("lets the event loop turn", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await tsne(gaussian(400, 10, "turns"), { iterations: 500 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("refuses what has no picture, by name", async () => {
    const vectors = gaussian(20, 4, "refused");
    const rejects = async (matrix: Matrix, options: object, message: string): Promise<void> => {
      await expect(tsne(matrix, options)).rejects.toThrow(message);
    };
    await rejects(createMatrix(2, 4), {}, "tsne: rows must be an integer >= 3, received 2");
    await rejects(createMatrix(0, 0), {}, "tsne: rows must be an integer >= 3, received 0");
    const equal = fromRows(Array.from({ length: 5 }, () => [1, 2]));
    await rejects(equal, {}, "tsne: vectors must differ, received 5 equal rows");
    await rejects(createMatrix(5, 0), {}, "tsne: vectors must differ, received 5 equal rows");
    const broken = gaussian(20, 4, "refused");
    broken.data[5] = NaN;
    await rejects(
      broken,
      {},
      "tsne: vectors: row 1, column 1 must be a finite number, received NaN",
    );
    await rejects(
      vectors,
      { perplexity: 20 },
      "tsne: perplexity must be a number from 1 to 19, received 20",
    );
    await rejects(
      vectors,
      { perplexity: 0.5 },
      "perplexity must be a number from 1 to 19, received 0.5",
    );
    await rejects(vectors, { dimensions: 4 }, "tsne: dimensions must be an integer from 2 to 3");
    await rejects(
      vectors,
      { theta: 1.1 },
      "tsne: theta must be a number from 0 to 1, received 1.1",
    );
    await rejects(vectors, { iterations: 0 }, "tsne: iterations must be an integer >= 1");
    await rejects(
      vectors,
      { earlyExaggeration: 0 },
      "tsne: earlyExaggeration must be a number >= 1",
    );
    await rejects(vectors, { learningRate: 0 }, "tsne: learningRate must be a number > 0");
    await rejects(
      vectors,
      { learningRate: 1e308 },
      "tsne: learningRate must be low enough that points stay finite, received 1e+308",
    );
    await rejects(
      vectors,
      { start: createMatrix(20, 3) },
      "tsne: start must be 20 × 2, received 20 × 3",
    );
    const lost = createMatrix(20, 2, new Float32Array(40).fill(Infinity));
    await rejects(vectors, { start: lost }, "tsne: start: row 0, column 0 must be a finite number");
    await rejects(undefined as unknown as Matrix, {}, "tsne: vectors must be a Matrix");
  });
});

describe("tsneProjection", () => {
  const vectors = fixtureVectors(60, 10);
  const rows = Uint32Array.from({ length: 30 }, (_, i) => i);
  const pairs = {
    query: rows,
    passage: rows.map((i) => i + 30),
    label: new Uint8Array(30).fill(1),
  };

  it("serves the latent space as tsne does", async () => {
    const projection = tsneProjection(brief);
    const view = latentSpace(vectors, vectors, pairs, { projection, normalize: false, seed: 3 });
    expect(view.method).toBe("t-SNE");
    expect(view.explainedVarianceRatio).toBeUndefined();
    const { points } = await tsne(vectors, { ...brief, seed: 3 });
    expect(view.coordinates).toEqual(points);
  });

  it("begins from the view that it is aligned to", async () => {
    const options = { projection: tsneProjection(brief), normalize: false, dimensions: 3 } as const;
    const before = latentSpace(vectors, vectors, pairs, options);
    const noise = gaussian(60, 10, "noise").data;
    const after = { ...vectors, data: vectors.data.map((x, at) => x + 100 * noise[at]) };
    const view = latentSpace(after, after, pairs, { ...options, alignTo: before });
    const start = before.coordinates;
    const { points } = await tsne(after, { ...brief, dimensions: 3, start });
    expect(view.coordinates).toEqual(alignPoints(points, start));
  });

  it("refuses under its own name", () => {
    const options = { projection: tsneProjection({ perplexity: 60 }) };
    expect(() => latentSpace(vectors, vectors, pairs, options)).toThrow(
      "tsneProjection: perplexity must be a number from 1 to 59, received 60",
    );
  });
});
