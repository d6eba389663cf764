import type { NearList } from "../distances.js";
import { fitGaussian, probabilityAt } from "./gaussian.js";

/** The joint probabilities pᵢⱼ of pairs of rows, each pair i < j once: a half of the symmetric matrix, row by row. */
export interface Affinities {
  /** Where the pairs of each row begin in the others; as many as rows, and the end. */
  readonly starts: Int32Array;
  /** The greater row of each pair, ascending within a row. */
  readonly others: Int32Array;
  /** pᵢⱼ; together one half, as both halves are 1. */
  readonly values: Float64Array;
}

/**
 * How near rows are to each other, as t-SNE has it (van der Maaten & Hinton 2008): around each row a Gaussian over its
 * neighbours, as wide as the perplexity asks, and pᵢⱼ = (pⱼ|ᵢ + pᵢ|ⱼ) / 2n.
 */
export function jointAffinities(
  { indices, squared }: NearList,
  perplexity: number,
  rows: number,
): Affinities {
  const count = indices.length / rows;
  const weights = new Float64Array(indices.length);
  for (let i = 0; i < rows; i++) {
    const gaussian = fitGaussian(squared.subarray(i * count, (i + 1) * count), perplexity);
    for (let at = i * count; at < (i + 1) * count; at++) {
      weights[at] = probabilityAt(gaussian, squared[at]);
    }
  }
  return symmetrize(indices, weights, rows);
}

/** Sums both directions of each pair, a row of the half matrix after the other. */
function symmetrize(indices: Int32Array, weights: Float64Array, rows: number): Affinities {
  const count = indices.length / rows;
  const ends = new Int32Array(rows + 1);
  for (let at = 0; at < indices.length; at++) {
    ends[Math.min(Math.floor(at / count), indices[at]) + 1]++;
  }
  for (let i = 0; i < rows; i++) ends[i + 1] += ends[i];
  const unmerged = { others: new Int32Array(indices.length), at: new Int32Array(indices.length) };
  const next = ends.slice();
  for (let at = 0; at < indices.length; at++) {
    const i = Math.floor(at / count);
    const place = next[Math.min(i, indices[at])]++;
    unmerged.others[place] = Math.max(i, indices[at]);
    unmerged.at[place] = at;
  }
  const starts = new Int32Array(rows + 1);
  const others = new Int32Array(indices.length);
  const values = new Float64Array(indices.length);
  const sums = new Float64Array(rows);
  let stored = 0;
  for (let i = 0; i < rows; i++) {
    for (let k = ends[i]; k < ends[i + 1]; k++) {
      sums[unmerged.others[k]] += weights[unmerged.at[k]] / (2 * rows);
    }
    for (const j of unmerged.others.subarray(ends[i], ends[i + 1]).sort()) {
      if (sums[j] === 0) continue; // its second direction, or nearer others outweigh it by far
      others[stored] = j;
      values[stored++] = sums[j];
      sums[j] = 0;
    }
    starts[i + 1] = stored;
  }
  return { starts, others: others.slice(0, stored), values: values.slice(0, stored) };
}
