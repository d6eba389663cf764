import { describe, expect, it } from "vitest";
import { jointAffinities } from "../../src/project/tsne/affinities.js";
import { descend } from "../../src/project/tsne/descent.js";
import { nearestRows } from "../../src/project/tsne/nearest-rows.js";
import { createAxes } from "../../src/project/tsne/space-tree.js";
import reference from "../fixtures/project/tsne.json" with { type: "json" };
import { finish, fixtureIntegers, fixtureVectors } from "./tsne-data.js";

describe("the descent of t-SNE", () => {
  for (const expected of reference.descended) {
    const { rows, cols, dimensions, perplexity, iterations } = expected;
    it(`goes step by step where scikit-learn's goes, ${iterations} steps in ${dimensions} dimensions`, () => {
      // 3 · 7.7 + 1 neighbours are all others.
      const nearest = finish(nearestRows(fixtureVectors(rows, cols), rows - 1));
      const affinities = jointAffinities(nearest, perplexity, rows);
      const points = createAxes(rows);
      for (const [at, value] of fixtureIntegers(rows * dimensions, 7).entries()) {
        points[at % dimensions][Math.floor(at / dimensions)] = value / 512;
      }
      const divergence = finish(descend(affinities, points, { ...expected, theta: 0 }, "test"));
      expect(divergence / expected.divergence).toBeCloseTo(1, 4);
      const reach = Math.max(...expected.points.map(Math.abs));
      for (const [at, value] of expected.points.entries()) {
        const ours = points[at % dimensions][Math.floor(at / dimensions)];
        expect(Math.abs(ours - value) / reach).toBeLessThan(1e-3);
      }
    });
  }
});
