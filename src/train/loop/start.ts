import type { Adapter, AdapterSide } from "../../adapter/adapter.js";
import { isIdentitySide } from "../../adapter/identity-side.js";
import { refuse } from "../../base/checks.js";
import { symmetricEigen } from "../../math/decompose/eigen.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { AdapterModel, TensorShape } from "../model/adapter-model.js";
import type { TrainingRandomness } from "./randomness.js";
import type { TrainingPlan } from "../training-plan.js";

/**
 * The arrays a run starts from.
 *
 * @throws RangeError when the start does not fit the shape.
 */
export function startTensors(
  { model, start, train }: Pick<TrainingPlan, "model" | "start" | "train">,
  randomness: TrainingRandomness,
): Float32Array[] {
  const { inputDimensions: d, outputDimensions: k, rank } = model.shape;
  if ((start === "identity" || start === "pca") && k > d) {
    refuse(`trainMatrix: outputDimensions with start "${start}"`, `<= ${d} (or use "random")`, k);
  }
  const fitted = typeof start === "object" ? start : undefined;
  if (fitted !== undefined) checkFits(fitted, model);
  const principal = start === "pca" ? principalDirections(train, k) : undefined;
  return model.tensors.map((tensor) => {
    const { name, rows, cols } = tensor;
    if (name.endsWith("center")) {
      const center = fitted === undefined ? null : sideOf(fitted, name).center;
      return center === null ? new Float32Array(cols) : Float32Array.from(center);
    }
    if (rank !== null) {
      const lowRank = fitted && sideOf(fitted, name).lowRank;
      if (lowRank) return (name.endsWith("left") ? lowRank.left : lowRank.right).data.slice();
      // One factor random, the other zero: the map starts as the identity and both factors can move.
      if (name.endsWith("right")) return new Float32Array(rows * cols);
      return randomness.normals(name, rows * cols).map((value) => value / Math.sqrt(rows));
    }
    if (fitted !== undefined) return denseWeights(sideOf(fitted, name), tensor);
    if (principal !== undefined) return principal.slice();
    return start === "random" ? randomness.normals(name, rows * cols) : eye(tensor);
  });
}

/** Refuses a start that the model could not take over whole. */
function checkFits(start: Adapter, { shape }: AdapterModel): void {
  const { inputDimensions: d, outputDimensions: k, sides, rank } = shape;
  if (start.inputDimensions !== d || start.outputDimensions !== k) {
    throw new RangeError(
      `trainMatrix: start must map ${d} to ${k} dimensions, received one from ${start.inputDimensions} to ${start.outputDimensions}`,
    );
  }
  if (sides === "shared" && !sameMap(start.query, start.passage)) {
    throw new RangeError(
      `trainMatrix: start must have one matrix for both sides, received one per side; train it with sides "separate"`,
    );
  }
  if (sides === "query" && !isIdentitySide(start.passage)) {
    throw new RangeError(
      `trainMatrix: start must leave passages as they are with sides "query", received one that changes them`,
    );
  }
  if (rank !== null) {
    for (const { weights, lowRank } of sides === "query"
      ? [start.query]
      : [start.query, start.passage]) {
      const found = weights !== null ? "a full matrix" : `rank ${lowRank?.left.cols ?? rank}`;
      if (found !== `rank ${rank}`) {
        throw new RangeError(`trainMatrix: start must be of rank ${rank}, received ${found}`);
      }
    }
  }
}

const sideOf = (adapter: Adapter, tensorName: string): AdapterSide =>
  tensorName.startsWith("passage.") ? adapter.passage : adapter.query;

const sameMap = (a: AdapterSide, b: AdapterSide): boolean =>
  sameMatrix(a.weights, b.weights) &&
  sameMatrix(a.lowRank?.left, b.lowRank?.left) &&
  sameMatrix(a.lowRank?.right, b.lowRank?.right);

/** By content: a loaded adapter may hold two copies of one matrix. */
const sameMatrix = (a: Matrix | null | undefined, b: Matrix | null | undefined): boolean =>
  (a ?? null) === (b ?? null) ||
  (!!a && !!b && a.cols === b.cols && a.data.every((value, i) => value === b.data[i]));

/**
 * The k leading eigenvectors of XᵀX over all training vectors, as columns: the projection that keeps most of their
 * inner products. Nothing is subtracted, since the cosine is taken from the origin.
 */
function principalDirections(
  { queries, passages }: TrainingPlan["train"],
  k: number,
): Float32Array {
  const d = queries.cols;
  const moment = multiply(queries, queries, { transposeA: true });
  const rest = multiply(passages, passages, { transposeA: true });
  for (let i = 0; i < moment.data.length; i++) moment.data[i] += rest.data[i];
  const { vectors } = symmetricEigen(moment);
  const result = new Float32Array(d * k);
  for (let i = 0; i < d; i++) result.set(vectors.data.subarray(i * d, i * d + k), i * k);
  return result;
}

function eye({ rows, cols }: TensorShape): Float32Array {
  const values = new Float32Array(rows * cols);
  for (let i = 0; i < Math.min(rows, cols); i++) values[i * cols + i] = 1;
  return values;
}

function denseWeights({ weights, lowRank }: AdapterSide, tensor: TensorShape): Float32Array {
  if (weights !== null) return Float32Array.from(weights.data);
  const values = eye(tensor);
  if (lowRank === null || lowRank === undefined) return values;
  const { left, right } = lowRank;
  for (let i = 0; i < tensor.rows; i++) {
    for (let r = 0; r < left.cols; r++) {
      const factor = left.data[i * left.cols + r];
      for (let j = 0; j < tensor.cols; j++) {
        values[i * tensor.cols + j] += factor * right.data[r * right.cols + j];
      }
    }
  }
  return values;
}
