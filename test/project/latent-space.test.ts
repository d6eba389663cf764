import { describe, expect, it } from "vitest";
import type { PairColumns } from "../../src/data/types.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";
import { alignPoints } from "../../src/project/align.js";
import { latentSpace, type Projection } from "../../src/project/latent-space.js";

function gaussian(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

function columns(rows: readonly (readonly [number, number, 0 | 1])[]): PairColumns {
  return {
    query: Uint32Array.from(rows, (row) => row[0]),
    passage: Uint32Array.from(rows, (row) => row[1]),
    label: Uint8Array.from(rows, (row) => row[2]),
  };
}

const distance = ({ cols, data }: Matrix, i: number, j: number): number => {
  let sum = 0;
  for (let k = 0; k < cols; k++) sum += (data[i * cols + k] - data[j * cols + k]) ** 2;
  return Math.sqrt(sum);
};

describe("latentSpace", () => {
  const queries = gaussian(30, 8, "queries");
  const passages = gaussian(40, 8, "passages");
  const diagonal = columns(Array.from({ length: 30 }, (_, i) => [i, i, 1]));

  it("joins each query to its right passages and to nothing else", () => {
    const pairs = columns([
      [0, 3, 1],
      [0, 4, 0],
      [2, 5, 1],
      [2, 6, 1],
      [2, 6, 1],
    ]);
    const view = latentSpace(queries, passages, pairs);
    expect(view.points).toEqual([
      { side: "query", row: 0 },
      { side: "query", row: 2 },
      { side: "passage", row: 3 },
      { side: "passage", row: 5 },
      { side: "passage", row: 6 },
    ]);
    expect(view.links).toEqual([
      [0, 2],
      [1, 3],
      [1, 4],
    ]);
    expect([view.coordinates.rows, view.coordinates.cols]).toEqual([5, 2]);
    expect(view.method).toBe("PCA");
  });

  it("has 3 dimensions when asked", () => {
    const view = latentSpace(queries, passages, diagonal, { dimensions: 3 });
    expect(view.coordinates.cols).toBe(3);
    expect(view.explainedVarianceRatio).toHaveLength(3);
  });

  it("draws whole pairs, no more points than allowed, the same ones for the same seed", () => {
    const draw = (seed: number) =>
      latentSpace(queries, passages, diagonal, { maxPoints: 11, seed });
    const view = draw(1);
    expect(view.points).toHaveLength(10);
    expect(view.links).toHaveLength(5);
    expect(draw(1)).toEqual(view);
    expect(draw(2).points).not.toEqual(view.points);
    expect(latentSpace(queries, passages, diagonal, { maxPoints: 11 })).toEqual(view);
    expect(latentSpace(queries, passages, diagonal, { maxPoints: 10 }).points).toHaveLength(10);
  });

  it("goes on past a pair that has no room to one that has", () => {
    const pairs = columns([
      [0, 0, 1],
      [0, 2, 1],
      [1, 1, 1],
    ]);
    for (let seed = 1; seed <= 20; seed++) {
      const { points } = latentSpace(queries, passages, pairs, { maxPoints: 3, seed });
      const shares = points.some(({ side, row }) => side === "query" && row === 0);
      expect(points).toHaveLength(shares ? 3 : 2);
    }
  });

  it("hands its seed to the projection", () => {
    const seeds: unknown[] = [];
    const projection: Projection = (vectors, { dimensions, seed }) => {
      seeds.push(seed);
      return { method: "none", coordinates: createMatrix(vectors.rows, dimensions) };
    };
    latentSpace(queries, passages, diagonal, { projection });
    latentSpace(queries, passages, diagonal, { projection, seed: "seven" });
    expect(seeds).toEqual([1, "seven"]);
  });

  it("compares directions, not lengths, unless told otherwise", () => {
    const longer = createMatrix(
      30,
      8,
      queries.data.map((x) => 3 * x),
    );
    const view = latentSpace(queries, passages, diagonal);
    const scaled = latentSpace(longer, passages, diagonal);
    for (const [i, x] of view.coordinates.data.entries()) {
      expect(scaled.coordinates.data[i]).toBeCloseTo(x, 5);
    }
    const raw = latentSpace(longer, passages, diagonal, { normalize: false });
    expect(raw.coordinates.data).not.toEqual(scaled.coordinates.data);
  });

  it("rotates a later view towards an earlier one without changing a distance", () => {
    const before = latentSpace(queries, passages, diagonal);
    const other = gaussian(30, 8, "other");
    const plain = latentSpace(other, passages, diagonal);
    const after = latentSpace(other, passages, diagonal, { alignTo: before });
    const error = (a: Matrix): number => {
      let sum = 0;
      for (const [i, x] of before.coordinates.data.entries()) sum += (a.data[i] - x) ** 2;
      return sum;
    };
    expect(error(after.coordinates)).toBeLessThan(error(plain.coordinates));
    for (const [i, j] of after.links) {
      expect(distance(after.coordinates, i, j)).toBeCloseTo(distance(plain.coordinates, i, j), 5);
    }
  });

  it("refuses to align with a view of other points", () => {
    const before = latentSpace(queries, passages, diagonal, { maxPoints: 10 });
    expect(() => latentSpace(queries, passages, diagonal, { alignTo: before })).toThrow(
      "latentSpace: alignTo must show the same points",
    );
    const views = [
      [[0, 0]],
      // The points of the first and one more.
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, 1],
        [0, 2],
      ],
      // The same rows as before, row 1 being a query.
      [
        [0, 2],
        [1, 2],
      ],
    ].map((links) => columns(links.map(([query, passage]) => [query, passage, 1])));
    for (const [view, other] of [
      [views[0], views[1]],
      [views[2], views[3]],
    ]) {
      const alignTo = latentSpace(queries, passages, other);
      expect(() => latentSpace(queries, passages, view, { alignTo })).toThrow("the same points");
    }
  });

  it("takes any projection, and checks what it returns", () => {
    const view = latentSpace(queries, passages, diagonal, {
      projection: (vectors, { dimensions }) => ({
        method: "first columns",
        coordinates: createMatrix(vectors.rows, dimensions),
      }),
    });
    expect(view.method).toBe("first columns");
    const wrong = () =>
      latentSpace(queries, passages, diagonal, {
        projection: () => ({ method: "wrong", coordinates: createMatrix(3, 2) }),
      });
    expect(wrong).toThrow("projection must return 60 × 2 values, received 3 × 2");
  });

  it("refuses pairs without a match, other dimensions, zero vectors and NaN, by name", () => {
    expect(() => latentSpace(queries, passages, columns([[0, 0, 0]]))).toThrow(
      "latentSpace: pairs must hold at least one of label 1, received 1 without",
    );
    expect(() => latentSpace(queries, passages, columns([]))).toThrow("received 0 without");
    expect(() => latentSpace(queries, gaussian(3, 7, "x"), diagonal)).toThrow(
      "queries and passages must have the same number of dimensions, received 8 and 7",
    );
    expect(() => latentSpace(createMatrix(30, 8), passages, diagonal)).toThrow(
      "drawn queries: row 0 must have a direction, received zeros only",
    );
    const broken = createMatrix(40, 8, passages.data.slice());
    broken.data[3] = NaN;
    expect(() => latentSpace(queries, broken, diagonal)).toThrow(
      "drawn passages: row 0, column 3 must be a finite number, received NaN",
    );
    expect(() => latentSpace(queries, passages, columns([[99, 0, 1]]))).toThrow(
      "indices[0] must be an integer >= 0 and < 30, received 99",
    );
    expect(() => latentSpace(queries, passages, diagonal, { maxPoints: 1 })).toThrow(
      "maxPoints must be an integer >= 2, received 1",
    );
  });
});

describe("alignPoints", () => {
  it("undoes a rotation, a reflection and a shift exactly", () => {
    const target = gaussian(12, 3, "target");
    const moved = createMatrix(12, 3);
    for (let i = 0; i < 12; i++) {
      const [x, y, z] = target.data.subarray(i * 3, i * 3 + 3);
      moved.data.set([-y + 2, x - 1, -z + 5], i * 3);
    }
    const back = alignPoints(moved, target);
    for (const [i, x] of target.data.entries()) expect(back.data[i]).toBeCloseTo(x, 5);
  });

  it("refuses another number of points and a value that is not finite, by name", () => {
    expect(() => alignPoints(createMatrix(2, 2), createMatrix(3, 2))).toThrow(
      "alignPoints: points must be 3 × 2 like the target, received 2 × 2",
    );
    expect(() => alignPoints(createMatrix(2, 2), createMatrix(2, 3))).toThrow("received 2 × 2");
    const broken = createMatrix(2, 2, Float32Array.of(0, 1, NaN, 0));
    expect(() => alignPoints(broken, createMatrix(2, 2))).toThrow("alignPoints: points: row 1");
    expect(() => alignPoints(createMatrix(2, 2), broken)).toThrow("alignPoints: target: row 1");
  });
});
