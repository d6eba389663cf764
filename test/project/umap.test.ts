import { describe, expect, it } from "vitest";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";
import { latentSpace } from "../../src/project/latent-space.js";
import { umapProjection } from "../../src/umap.js";

/** Three far clusters of 20 points. */
function clusters(): Matrix {
  const random = createRandom("clusters");
  const cols = 12;
  const result = createMatrix(60, cols);
  for (let i = 0; i < 60; i++) {
    for (let j = 0; j < cols; j++) {
      result.data[i * cols + j] = random.normal() + (j === i % 3 ? 30 : 0);
    }
  }
  return result;
}

describe("umapProjection", () => {
  const options = { dimensions: 2, seed: 1 } as const;

  it("keeps the neighbours: each point's nearest is of its own cluster", async () => {
    const { coordinates, method } = (await umapProjection())(clusters(), options);
    expect(method).toBe("UMAP");
    expect([coordinates.rows, coordinates.cols]).toEqual([60, 2]);
    const { data } = coordinates;
    for (let a = 0; a < 60; a++) {
      let nearest = -1;
      let least = Infinity;
      for (let b = 0; b < 60; b++) {
        const distance = Math.hypot(data[2 * a] - data[2 * b], data[2 * a + 1] - data[2 * b + 1]);
        if (b !== a && distance < least) [nearest, least] = [b, distance];
      }
      expect(nearest % 3).toBe(a % 3);
    }
  });

  it("gives the same picture for the same seed, another for another", async () => {
    const projection = await umapProjection();
    const project = (seed: number) => projection(clusters(), { dimensions: 2, seed });
    expect(project(1)).toEqual(project(1));
    expect(project(2)).not.toEqual(project(1));
  });

  it("serves the latent space in 3 dimensions", async () => {
    const vectors = clusters();
    const rows = Uint32Array.from({ length: 20 }, (_, i) => i);
    const pairs = {
      query: rows,
      passage: rows.map((i) => i + 30),
      label: new Uint8Array(20).fill(1),
    };
    const view = latentSpace(vectors, vectors, pairs, {
      dimensions: 3,
      projection: await umapProjection({ neighbors: 5 }),
    });
    expect([view.coordinates.rows, view.coordinates.cols]).toEqual([40, 3]);
    expect(view.explainedVarianceRatio).toBeUndefined();
  });

  it("refuses options out of range and too few rows, by name", async () => {
    await expect(umapProjection({ neighbors: 1 })).rejects.toThrow(
      "umapProjection: neighbors must be an integer >= 2, received 1",
    );
    await expect(umapProjection({ minDist: 2 })).rejects.toThrow(
      "umapProjection: minDist must be a number from 0 to 1, received 2",
    );
    await expect(umapProjection({ spread: 0 })).rejects.toThrow(
      "spread must be a number > 0, received 0",
    );
    await expect(umapProjection({ epochs: 0.5 })).rejects.toThrow("epochs must be an integer >= 1");
    const projection = await umapProjection();
    expect(() => projection(createMatrix(2, 2), options)).toThrow(
      "umapProjection: rows must be an integer >= 3, received 2",
    );
    const wide = await umapProjection({ neighbors: 60 });
    expect(() => wide(clusters(), options)).toThrow(
      "umapProjection: neighbors must be an integer from 2 to 59, received 60",
    );
  });
});
