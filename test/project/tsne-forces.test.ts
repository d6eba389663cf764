import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, rowOf, type Matrix } from "../../src/math/matrix.js";
import { klDivergence } from "../../src/project/tsne/kl-divergence.js";
import { jointAffinities } from "../../src/project/tsne/affinities.js";
import { findGradient, repel } from "../../src/project/tsne/forces.js";
import { nearestRows } from "../../src/project/tsne/nearest-rows.js";
import {
  buildSpaceTree,
  createAxes,
  createSpaceTree,
  type Axes,
  type SpaceTree,
} from "../../src/project/tsne/space-tree.js";
import { finish, fixtureIntegers, fixtureVectors, gaussian } from "./tsne-data.js";

function toAxes({ rows, cols, data }: Matrix): Axes {
  const axes = createAxes(rows);
  for (let i = 0; i < rows; i++) for (let a = 0; a < cols; a++) axes[a][i] = data[i * cols + a];
  return axes;
}

function treeOf(points: Axes, theta: number): SpaceTree {
  const tree = createSpaceTree(points[0].length);
  buildSpaceTree(tree, points, theta);
  return tree;
}

/** What every pair adds, one by one. */
function exactRepulsion(points: Axes): { readonly forces: Axes; readonly total: number } {
  const count = points[0].length;
  const forces = createAxes(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (j === i) continue;
      const q = 1 / (1 + points.reduce((sum, axis) => sum + (axis[i] - axis[j]) ** 2, 0));
      total += q;
      for (const [a, axis] of points.entries()) forces[a][i] += q * q * (axis[i] - axis[j]);
    }
  }
  return { forces, total };
}

/** Length of the difference of all forces, beside that of the exact ones. */
function relativeError(forces: Axes, exact: Axes): number {
  let [error, length] = [0, 0];
  for (const [a, axis] of exact.entries()) {
    for (const [i, value] of axis.entries()) {
      error += (forces[a][i] - value) ** 2;
      length += value ** 2;
    }
  }
  return Math.sqrt(error / length);
}

/** Points with what is hard on a tree: duplicates, neighbours of the last bit, and points very far away. */
const awkward = fc.integer({ min: 1, max: 3 }).chain((dimensions) =>
  fc
    .array(
      fc.array(
        fc.oneof(
          fc.integer({ min: -3, max: 3 }),
          fc.constantFrom(1, 1 + 2 ** -52, 1 + 2 ** -51, 1 - 2 ** -53, 0, 2 ** -1074, 1e9),
          fc.double({ min: -10, max: 10, noNaN: true }),
        ),
        { minLength: dimensions, maxLength: dimensions },
      ),
      { minLength: 1, maxLength: 60 },
    )
    .map((rows): Axes => {
      const axes = createAxes(rows.length);
      for (const [i, row] of rows.entries()) for (const [a, x] of row.entries()) axes[a][i] = x;
      return axes;
    }),
);

describe("the tree of t-SNE", () => {
  it("puts each point into one leaf, and counts and averages what lies below", () => {
    fc.assert(
      fc.property(awkward, (points) => {
        const count = points[0].length;
        const tree = treeOf(points, 0.5);
        expect(tree.nodes).toBeLessThan(2 * count);
        expect([...tree.order].sort((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
        let inLeaves = 0;
        for (let node = 0; node < tree.nodes; node++) {
          const start = tree.first[node];
          const held = tree.order.subarray(start, start + tree.count[node]);
          for (const [a, axis] of points.entries()) {
            const mean = held.reduce((sum, i) => sum + axis[i], 0) / held.length;
            expect(tree.center[a][node]).toBeCloseTo(mean, 6);
            for (const [at, i] of tree.order.entries()) expect(tree.ordered[a][at]).toBe(axis[i]);
          }
          if (tree.after[node] === node + 1) inLeaves += tree.count[node];
          expect(tree.first[tree.after[node]]).toBe(start + tree.count[node]);
          let children = 0;
          for (let child = node + 1; child < tree.after[node]; child = tree.after[child]) {
            expect(tree.count[child]).toBeLessThan(tree.count[node]);
            children += tree.count[child];
          }
          if (children > 0) expect(children).toBe(tree.count[node]);
        }
        expect(inLeaves).toBe(count);
      }),
      { numRuns: 200 },
    );
  });

  it("holds any number of points in one place as one leaf, and divides what differs in the last bit", () => {
    const same = createAxes(1000);
    for (const axis of same) axis.fill(0.1);
    expect(treeOf(same, 0.5).nodes).toBe(1);
    const nearly = createAxes(10);
    for (let i = 0; i < 10; i++) nearly[0][i] = i % 2 === 0 ? 1 + 2 ** -52 : 1 + 2 ** -51;
    expect(treeOf(nearly, 0.5).nodes).toBe(3);
  });

  it("is the same after the points have moved as when built over them at once", () => {
    const [before, after] = [toAxes(gaussian(300, 2, "before")), toAxes(gaussian(300, 2, "after"))];
    const tree = treeOf(before, 0.5);
    buildSpaceTree(tree, after, 0.5);
    const forces = createAxes(300);
    const fresh = createAxes(300);
    expect(repel(tree, forces)).toBeCloseTo(repel(treeOf(after, 0.5), fresh), 9);
    expect(relativeError(forces, fresh)).toBeLessThan(1e-12);
  });
});

describe("repulsion", () => {
  it("is that of every pair where theta is 0, duplicates and far points included", () => {
    fc.assert(
      fc.property(awkward, (points) => {
        const exact = exactRepulsion(points);
        const forces = createAxes(points[0].length);
        const total = repel(treeOf(points, 0), forces);
        expect(Math.abs(total - exact.total)).toBeLessThan(1e-12 * points[0].length ** 2);
        for (const [a, axis] of exact.forces.entries()) {
          for (const [i, value] of axis.entries()) expect(forces[a][i]).toBeCloseTo(value, 9);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("never counts a point among what drives it away, however rough", () => {
    // Two far points make a box that a third in its corner sees from nearby: theta 1 alone would take it for one body.
    fc.assert(
      fc.property(awkward, (points) => {
        const tree = treeOf(points, 1);
        const count = points[0].length;
        for (let node = 0; node < tree.nodes; node++) {
          for (let at = tree.first[node]; at < tree.first[node] + tree.count[node]; at++) {
            const squared = points.reduce(
              (sum, axis, a) => sum + (axis[tree.order[at]] - tree.center[a][node]) ** 2,
              0,
            );
            if (tree.reach[node] >= 0) expect(squared).toBeLessThanOrEqual(tree.reach[node]);
          }
        }
        expect(repel(tree, createAxes(count))).toBeLessThanOrEqual(count * (count - 1) + 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  for (const dimensions of [2, 3]) {
    it(`comes nearer to every pair's the smaller theta is, in ${dimensions} dimensions`, () => {
      const matrix = gaussian(1500, dimensions, "cloud");
      const points = toAxes({ ...matrix, data: matrix.data.map((x) => 20 * x) });
      const exact = exactRepulsion(points);
      const errors = [1, 0.5, 0.2, 0.1].map((theta) => {
        const forces = createAxes(1500);
        const total = repel(treeOf(points, theta), forces);
        expect(Math.abs(total / exact.total - 1)).toBeLessThan(0.1 * theta);
        return relativeError(forces, exact.forces);
      });
      expect(errors[0]).toBeLessThan(0.15);
      expect(errors[1]).toBeLessThan(0.05);
      for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1]);
    });
  }
});

describe("the gradient of t-SNE", () => {
  for (const dimensions of [2, 3]) {
    it(`is that of the divergence of all pairs, by finite differences, in ${dimensions} dimensions`, () => {
      const [rows, perplexity] = [24, 7.7]; // 3 · 7.7 + 1 neighbours are all others
      const vectors = fixtureVectors(rows, 6);
      const data = Float32Array.from(fixtureIntegers(rows * dimensions, 7), (x) => x / 512);
      const points = createMatrix(rows, dimensions, data);
      const nearest = finish(nearestRows(vectors, rows - 1));
      const affinities = jointAffinities(nearest, perplexity, rows);
      const axes = toAxes(points);
      const gradient = createAxes(rows);
      findGradient(affinities, treeOf(axes, 0), axes, 1, gradient);
      const step = 2 ** -8; // as the points, a number that single precision holds
      for (let i = 0; i < rows; i++) {
        for (let a = 0; a < dimensions; a++) {
          const at = (change: number): number => {
            const moved = createMatrix(rows, dimensions, data.slice());
            rowOf(moved, i)[a] += change;
            return klDivergence(vectors, moved, { perplexity });
          };
          // Of fourth order, which leaves 1e-9.
          const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
          expect(gradient[a][i]).toBeCloseTo(slope, 7);
        }
      }
    });
  }

  it("exaggerates attraction alone", () => {
    const points = toAxes(gaussian(30, 2, "points"));
    const affinities = jointAffinities(finish(nearestRows(gaussian(30, 4, "x"), 10)), 3, 30);
    const [once, thrice, apart] = [createAxes(30), createAxes(30), createAxes(30)];
    findGradient(affinities, treeOf(points, 0), points, 1, once);
    findGradient(affinities, treeOf(points, 0), points, 3, thrice);
    const total = repel(treeOf(points, 0), apart);
    for (let i = 0; i < 30; i++) {
      const attraction = once[0][i] + (4 * apart[0][i]) / total;
      expect(thrice[0][i] - once[0][i]).toBeCloseTo(2 * attraction, 12);
    }
  });
});
