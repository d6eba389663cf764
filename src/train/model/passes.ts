import type { ProductEngine } from "../../math/engines/product-engine.js";
import { createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import type { Tensors } from "../optimizers/optimizer.js";
import { absent, tensorAt, type AdapterModel, type SideSlots } from "./adapter-model.js";

/** What the backward pass needs of the forward pass. */
export interface ForwardPass {
  readonly queries: Matrix;
  readonly passages: Matrix;
  /** Both, stacked, queries first. */
  readonly outputs: Matrix;
  readonly inputs: Matrix;
  readonly queryRows: number;
  /** inputs · left, per side, of a low-rank model. */
  readonly hidden: readonly (Matrix | null)[];
}

interface Block {
  readonly slots: SideSlots | null;
  readonly from: number;
  readonly to: number;
}

/** A shared matrix without centers maps both sides in one product; else each side has its own. */
function blocksOf(
  { shape, query, passage }: AdapterModel,
  queryRows: number,
  rows: number,
): Block[] {
  if (shape.sides === "shared") return [{ slots: query, from: 0, to: rows }];
  return [
    { slots: query, from: 0, to: queryRows },
    { slots: passage, from: queryRows, to: rows },
  ];
}

/**
 * Transforms a batch.
 *
 * @param inputs Queries, then passages, as rows; a learnt center is subtracted **in place**.
 * @param queryRows How many of the rows are queries.
 * @param outputs Where the transformed rows go: as many rows as `inputs`.
 */
export async function forward(
  engine: ProductEngine,
  model: AdapterModel,
  tensors: Tensors,
  inputs: Matrix,
  queryRows: number,
  outputs: Matrix,
): Promise<ForwardPass> {
  subtractCenter(inputs, 0, queryRows, tensors[model.query?.center ?? absent]);
  subtractCenter(inputs, queryRows, inputs.rows, tensors[model.passage?.center ?? absent]);
  const hidden: (Matrix | null)[] = [];
  for (const { slots, from, to } of blocksOf(model, queryRows, inputs.rows)) {
    const rows = rowRange(inputs, from, to);
    const { data: out } = rowRange(outputs, from, to);
    const at = (slot: number): Matrix => tensorAt(model, tensors, slot);
    let reduced: Matrix | null = null;
    if (slots === null) out.set(rows.data);
    else if (slots.weights !== absent) await engine.multiply(rows, at(slots.weights), { out });
    else {
      reduced = await engine.multiply(rows, at(slots.left));
      await engine.multiply(reduced, at(slots.right), { out });
      for (let i = 0; i < out.length; i++) out[i] += rows.data[i];
    }
    hidden.push(reduced);
  }
  return {
    outputs,
    inputs,
    queryRows,
    hidden,
    queries: rowRange(outputs, 0, queryRows),
    passages: rowRange(outputs, queryRows, outputs.rows),
  };
}

/**
 * Derivatives with respect to the tensors, given those with respect to the outputs (stacked like them).
 *
 * @param memory Arrays of the tensors' sizes; those of large products hold the result afterwards.
 */
export async function backward(
  engine: ProductEngine,
  model: AdapterModel,
  tensors: Tensors,
  pass: ForwardPass,
  gradient: Matrix,
  memory: readonly Float32Array[],
): Promise<Float32Array[]> {
  const result: Float32Array[] = [];
  const into = async (slot: number, a: Matrix, b: Matrix): Promise<void> => {
    const { data } = await engine.multiply(a, b, { transposeA: true, out: memory[slot] });
    result[slot] = data;
  };
  const { inputs, queryRows } = pass;
  const at = (slot: number): Matrix => tensorAt(model, tensors, slot);
  for (const [b, { slots, from, to }] of blocksOf(model, queryRows, inputs.rows).entries()) {
    if (slots === null) continue;
    const rows = rowRange(inputs, from, to);
    const slopes = rowRange(gradient, from, to);
    if (slots.weights !== absent) {
      await into(slots.weights, rows, slopes);
      continue;
    }
    await into(slots.right, pass.hidden[b] as Matrix, slopes);
    const reduced = await engine.multiply(slopes, at(slots.right), { transposeB: true });
    await into(slots.left, rows, reduced);
  }
  const sides = [
    [model.query, 0, queryRows],
    [model.passage, queryRows, inputs.rows],
  ] as const;
  for (const [slots, from, to] of sides) {
    if (slots === null || slots.center === absent) continue;
    const sum = columnSums(rowRange(gradient, from, to));
    // d/dcenter of (x - center) · W, summed over rows: -(sum of slopes) · Wᵀ.
    if (slots.weights !== absent) {
      const mapped = await engine.multiply(sum, at(slots.weights), { transposeB: true });
      result[slots.center] = negated(mapped.data);
    } else {
      const reduced = await engine.multiply(sum, at(slots.right), { transposeB: true });
      const update = await engine.multiply(reduced, at(slots.left), { transposeB: true });
      result[slots.center] = update.data.map((value, i) => -(value + sum.data[i]));
    }
  }
  return result;
}

function subtractCenter(
  { cols, data }: Matrix,
  from: number,
  to: number,
  center: Float32Array | undefined,
): void {
  if (center === undefined) return;
  for (let i = from, at = from * cols; i < to; i++) {
    for (let j = 0; j < cols; j++, at++) data[at] -= center[j];
  }
}

function columnSums({ rows, cols, data }: Matrix): Matrix {
  const sums = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++, at++) sums[j] += data[at];
  return createMatrix(1, cols, Float32Array.from(sums));
}

function negated(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = -values[i];
  return values;
}
