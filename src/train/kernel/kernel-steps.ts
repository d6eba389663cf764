import { decode } from "../../math/kernel/kernel-binary.js";
import type { Kernel } from "../../math/kernel/kernel-instance.js";
import { loadKernel } from "../../math/kernel/kernel.js";
import {
  multiplyResident,
  resultBytes,
  scratchBytes,
  type ResidentOperand,
} from "../../math/kernel/resident-product.js";
import { trainingKernel } from "../../math/kernel/wasm.generated.js";
import type { Matrix } from "../../math/matrix.js";
import type { Advance, StepSource, TrainingState } from "../loop/advance.js";
import type { BatchPlan } from "../loop/batches.js";
import { absent, type SideSlots } from "../model/adapter-model.js";
import { adamFactors, type AdamSettings } from "../optimizers/adam.js";
import type { Tensors } from "../optimizers/optimizer.js";
import type { TrainingPlan } from "../training-plan.js";
import { adamStep, backpropagateUnit, unitRows, type AdamArrays } from "./operations.js";
import { softmaxBytes, softmaxOfBatch } from "./softmax-of-batch.js";

/** Beyond this many bytes a run keeps its arrays where they are. */
const mostBytes = 2 ** 28;

/** What a run of steps in the kernel's memory is told. */
export interface KernelStepSettings {
  readonly temperature: number;
  readonly adam: AdamSettings;
}

/**
 * Steps in the kernel's own memory. Arrays are copied there before the first step and back after the last; in between
 * nothing is copied but the rows of each batch, and no memory is made. The bits are those of `otherwise`, which takes the
 * steps where there is no WebAssembly SIMD.
 */
export function kernelSteps(
  plan: TrainingPlan,
  settings: KernelStepSettings,
  otherwise: Advance,
): Advance {
  return (at, steps, own) => {
    const kernel = loadKernel();
    const fits = bytesOf(plan, kernel?.threads ?? 1) <= mostBytes;
    if (!fits || !kernel?.extend("training", () => decode(trainingKernel)))
      return otherwise(at, steps, own);
    return new Promise((resolve) => {
      resolve(kernel.scope(() => advance(kernel, plan, settings, at, steps, own)));
    });
  };
}

/** Most rows of a batch, per side. */
function mostRows({ batchSize, batches, minedNegatives, train, allPassages }: TrainingPlan): {
  readonly queries: number;
  readonly passages: number;
} {
  const queries = Math.min(batchSize, batches.count, train.queries.rows);
  const named = Math.min(batchSize, batches.count) * (1 + minedNegatives);
  const { rows } = train.passages;
  return { queries, passages: allPassages ? rows : Math.min(named, rows) };
}

/** Addresses of all that a run of steps keeps in the kernel's memory. */
interface Layout {
  readonly arrays: readonly AdamArrays[];
  readonly inputs: number;
  readonly outputs: number;
  readonly unit: number;
  readonly norms: number;
  readonly cosines: number;
  readonly slopes: number;
  readonly unitSlopes: number;
  readonly factors: number;
  readonly softmax: number;
}

/** Lays everything out by a function that reserves bytes. */
function layOut(plan: TrainingPlan, threads: number, reserve: (bytes: number) => number): Layout {
  const { model, batchSize, batches } = plan;
  const { inputDimensions: d, outputDimensions: k } = model.shape;
  const { queries, passages } = mostRows(plan);
  const rows = queries + passages;
  const stride = strideOf(passages);
  return {
    arrays: model.tensors.map(({ rows: height, cols }) => {
      const length = height * cols;
      const array = (): number => reserve(resultBytes(height, cols));
      return { length, values: array(), mean: array(), square: array(), gradient: array() };
    }),
    inputs: reserve(rows * d * 4),
    outputs: reserve(resultBytes(rows, k) + resultBytes(1, k)),
    unit: reserve(rows * k * 4),
    norms: reserve(rows * 8),
    cosines: reserve(resultBytes(queries, stride)),
    slopes: reserve(resultBytes(queries, stride)),
    unitSlopes: reserve(resultBytes(rows, k) + resultBytes(1, k)),
    factors: reserve(64),
    softmax: reserve(
      softmaxBytes(Math.min(batchSize, batches.count), { queries, stride }, threads),
    ),
  };
}

/** The most that a product reserves while it runs. */
function mostScratch(plan: TrainingPlan, threads: number): number {
  const { inputDimensions: d, outputDimensions: k } = plan.model.shape;
  const { queries, passages } = mostRows(plan);
  const rows = queries + passages;
  return Math.max(
    ...[
      [rows, d, k],
      [d, rows, k],
      [queries, k, passages],
      [rows, rows, k],
    ].map(([m, steps, n]) => scratchBytes(threads, m, steps, n)),
  );
}

function bytesOf(plan: TrainingPlan, threads: number): number {
  let sum = mostScratch(plan, threads);
  layOut(plan, threads, (bytes) => (sum += bytes));
  return sum;
}

/** Values from one query's cosines to the next. */
const strideOf = (passages: number): number => Math.ceil(passages / 8) * 8;

function advance(
  kernel: Kernel,
  plan: TrainingPlan,
  { temperature, adam }: KernelStepSettings,
  { tensors, state }: TrainingState,
  steps: StepSource,
  own: boolean,
): TrainingState {
  const layout = layOut(plan, kernel.threads, (bytes) => kernel.reserve(bytes));
  // What products will reserve, now: the memory then stays where it is, and views of it stay views.
  kernel.scope(() => kernel.reserve(mostScratch(plan, kernel.threads)));
  const { arrays } = layout;
  const { mean, square } = state.moments;
  const kinds = [
    ["values", tensors],
    ["mean", mean],
    ["square", square],
  ] as const;
  for (const [kind, from] of kinds) {
    for (const [t, array] of arrays.entries())
      kernel.float32(array[kind], array.length).set(from[t]);
  }
  const compute = stepIn(kernel, plan, temperature, layout);
  let { step } = state;
  for (let planned = steps.next(); planned !== null; planned = steps.next()) {
    const { value, cosines } = compute(planned.plan);
    steps.done(planned, value, cosines);
    const views = (kind: "values" | "gradient"): Tensors =>
      arrays.map((array) => kernel.float32(array[kind], array.length));
    steps.adjust(views("gradient"), views("values"));
    step++;
    kernel.float64(layout.factors, 8).set(adamFactors(adam, step, planned.rates));
    for (const array of arrays) adamStep(kernel, array, layout.factors);
  }
  const [values, means, squares] = kinds.map(([kind, into]) =>
    arrays.map((array, t) => {
      const result = own ? into[t] : new Float32Array(array.length);
      result.set(kernel.float32(array[kind], array.length));
      return result;
    }),
  );
  return { tensors: values, state: { step, moments: { mean: means, square: squares } } };
}

/** Computes a batch's loss, cosines and gradients, all in the kernel's memory. */
function stepIn(
  kernel: Kernel,
  { model, train, allPassages }: TrainingPlan,
  temperature: number,
  layout: Layout,
): (batch: BatchPlan) => { readonly value: number; readonly cosines: Float64Array } {
  const { inputDimensions: d, outputDimensions: k, sides } = model.shape;
  const { arrays, inputs, outputs, unit, norms, cosines, slopes, unitSlopes } = layout;
  const rowAt = (at: number, row: number, cols: number): number => at + row * cols * 4;
  const matrix = (at: number, cols: number): ResidentOperand => ({
    at,
    rowStride: cols,
    colStride: 1,
  });
  const transposed = (at: number, cols: number): ResidentOperand => ({
    at,
    rowStride: 1,
    colStride: cols,
  });
  const gather = ({ data }: Matrix, rows: Uint32Array, at: number): void => {
    const target = kernel.float32(at, rows.length * d);
    for (let i = 0; i < rows.length; i++) {
      target.set(data.subarray(rows[i] * d, (rows[i] + 1) * d), i * d);
    }
  };
  const shared = sides === "shared";
  const trained = model.passage !== null;
  const slotOf = (side: SideSlots | null): number => side?.weights ?? absent;
  // Where all passages have rows of their own before the queries, they stay from step to step.
  let kept = false;
  return ({ queryRows, passageRows, pairs, knownMatches }) => {
    const [q, p] = [queryRows.length, passageRows.length];
    const stride = strideOf(p);
    // One matrix for both sides learns from queries, then passages: the order of a sum.
    const query = { slot: slotOf(model.query), from: shared ? 0 : p, count: q };
    const passage = { slot: slotOf(model.passage), from: shared ? q : 0, count: p };
    const inOrder = [query, passage].sort((a, b) => a.from - b.from);
    const blocks = shared
      ? [{ ...query, count: p + q }]
      : inOrder.filter(({ slot }) => slot !== absent);
    const [first, count] = trained ? [0, p + q] : [p, q];
    const scaled = { unit: rowAt(unit, first, k), norms: norms + first * 8 };

    gather(train.queries, queryRows, rowAt(inputs, query.from, d));
    if (!kept) {
      gather(train.passages, passageRows, rowAt(trained ? inputs : outputs, passage.from, d));
      if (!trained) unitRows(kernel, { at: outputs, rows: p, cols: k }, { unit, norms });
      kept = allPassages && !shared;
    }
    // A product's last tile may reach into the rows that follow: they come after it.
    for (const { slot, from, count: lines } of blocks) {
      const out = { at: rowAt(outputs, from, k), rowStride: k };
      const rows = matrix(rowAt(inputs, from, d), d);
      multiplyResident(kernel, [lines, d, k], rows, matrix(arrays[slot].values, k), out);
    }
    unitRows(kernel, { at: rowAt(outputs, first, k), rows: count, cols: k }, scaled);
    const ofQueries = rowAt(unit, query.from, k);
    const ofPassages = rowAt(unit, passage.from, k);
    const asked = matrix(ofQueries, k);
    const cosinesAt = { at: cosines, rowStride: stride };
    multiplyResident(kernel, [q, k, p], asked, transposed(ofPassages, k), cosinesAt);
    const found = softmaxOfBatch(kernel, layout.softmax, { pairs, knownMatches }, temperature, {
      cosines,
      slopes,
      stride,
      queries: q,
      passages: p,
    });
    for (const side of inOrder) {
      const out = { at: rowAt(unitSlopes, side.from, k), rowStride: k };
      if (side === query) {
        multiplyResident(kernel, [q, p, k], matrix(slopes, stride), matrix(ofPassages, k), out);
      } else if (trained) {
        multiplyResident(kernel, [p, q, k], transposed(slopes, stride), asked, out);
      }
    }
    // In the place of the outputs, which nobody needs any more.
    const bySlope = { at: rowAt(unitSlopes, first, k), rows: count, cols: k };
    backpropagateUnit(kernel, bySlope, scaled, rowAt(outputs, first, k));
    for (const { slot, from, count: lines } of blocks) {
      const rows = transposed(rowAt(inputs, from, d), d);
      const out = { at: arrays[slot].gradient, rowStride: k };
      multiplyResident(kernel, [d, lines, k], rows, matrix(rowAt(outputs, from, k), k), out);
    }
    return found;
  };
}
