import { checkInteger, checkNumber } from "../base/checks.js";
import { missingPeer } from "../base/missing-peer.js";
import { checkMatrix, fromRows, type Matrix } from "../math/matrix.js";
import { createRandom } from "../base/random.js";
import { findNearest } from "./distances.js";
import type { Projection } from "./latent-space.js";

export interface UmapOptions {
  /** Neighbours each point is tied to: few show fine structure, many the whole. @default 15, at most rows - 1 */
  readonly neighbors?: number | undefined;
  /** How near two points may lie in the result, in its own units: 0 to `spread`. @default 0.1 */
  readonly minDist?: number | undefined;
  /** Scale of the result. @default 1 */
  readonly spread?: number | undefined;
  /** Rounds of optimisation. @default chosen by umap-js from the number of rows */
  readonly epochs?: number | undefined;
}

/**
 * Uniform manifold approximation (McInnes, Healy & Melville 2018) as a {@link Projection}, by the optional package
 * umap-js over exact Euclidean neighbours: `latentSpace(queries, passages, pairs, { projection: await umapProjection() })`.
 * It shows which points are neighbours; distances between far points and the size of clusters mean little. The same
 * seed gives the same picture.
 *
 * @throws Error when umap-js is not installed; RangeError for an option out of range and, when it is applied, for fewer than
 *   3 rows or a value that is not finite.
 */
export async function umapProjection({
  neighbors,
  minDist = 0.1,
  spread = 1,
  epochs,
}: UmapOptions = {}): Promise<Projection> {
  if (neighbors !== undefined) checkInteger(neighbors, "umapProjection: neighbors", { least: 2 });
  checkNumber(spread, "umapProjection: spread", { above: 0 });
  checkNumber(minDist, "umapProjection: minDist", { least: 0, most: spread });
  if (epochs !== undefined) checkInteger(epochs, "umapProjection: epochs", { least: 1 });
  const { UMAP } = await import("umap-js").catch(missingPeer("umapProjection", "umap-js@1"));
  return (vectors, { dimensions, seed }) => {
    const { rows } = vectors;
    checkInteger(rows, "umapProjection: rows", { least: 3 });
    if (neighbors !== undefined) {
      checkInteger(neighbors, "umapProjection: neighbors", { least: 2, most: rows - 1 });
    }
    checkMatrix(vectors, "umapProjection: vectors");
    const random = createRandom(`${seed}/umap`);
    const count = neighbors ?? Math.min(15, rows - 1);
    const umap = new UMAP({
      nComponents: dimensions,
      nNeighbors: count,
      minDist,
      spread,
      random: () => random.next(),
      ...(epochs === undefined ? {} : { nEpochs: epochs }),
    });
    const { indices, distances } = nearestRows(vectors, count);
    umap.setPrecomputedKNN(indices, distances);
    // With its neighbours given it asks of the vectors only how many they are.
    const coordinates = umap.fit(Array.from({ length: rows }, () => []));
    return { method: "UMAP", coordinates: fromRows(coordinates) };
  };
}

/** For each row the `count` nearest rows by Euclidean distance, itself first (as umap-js expects), ties by row. */
function nearestRows(
  vectors: Matrix,
  count: number,
): { indices: number[][]; distances: number[][] } {
  const near = { indices: new Int32Array(count - 1), squared: new Float64Array(count - 1) };
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < vectors.rows; i++) {
    findNearest(near, vectors, i);
    indices.push([i, ...near.indices]);
    distances.push([0, ...near.squared.map(Math.sqrt)]);
  }
  return { indices, distances };
}
