import { FURTHER } from "../../math/kernel/kernel-threads.js";
import type { Kernel } from "../../math/kernel/kernel-instance.js";

/** Operations of src/math/kernel/assembly/training.ts by number. */
const OPERATION = {
  unitRows: FURTHER,
  softmax: FURTHER + 1,
  backpropagate: FURTHER + 2,
  adam: FURTHER + 3,
} as const;

/** Rows, or values, that a piece of each operation covers. */
const PIECE = { unitRows: 16, softmax: 8, adam: 8192 } as const;

/** Rows in the kernel's memory, one after another. */
interface Rows {
  readonly at: number;
  readonly rows: number;
  /** A multiple of 4. */
  readonly cols: number;
}

/** Scales rows to length 1; the lengths they had go to `norms`, in double precision. */
export function unitRows(
  kernel: Kernel,
  { at, rows, cols }: Rows,
  to: { readonly unit: number; readonly norms: number },
): void {
  const pieces = Math.ceil(rows / PIECE.unitRows);
  const operation = [OPERATION.unitRows, at, rows, cols, to.unit, to.norms];
  kernel.dispatch(operation, pieces, 20 * rows * cols);
}

/** The derivative by rows, given that by the rows scaled to length 1. */
export function backpropagateUnit(
  kernel: Kernel,
  { at, rows, cols }: Rows,
  from: { readonly unit: number; readonly norms: number },
  out: number,
): void {
  const pieces = Math.ceil(rows / PIECE.unitRows);
  const operation = [OPERATION.backpropagate, at, from.unit, rows, cols, from.norms, out];
  kernel.dispatch(operation, pieces, 20 * rows * cols);
}

/** What the softmax of InfoNCE reads and writes; all but the counts are addresses. */
export interface SoftmaxArguments {
  readonly cosines: number;
  readonly passages: number;
  /** Values from one query's cosines to the next. */
  readonly stride: number;
  readonly queries: number;
  readonly slopes: number;
  readonly anchors: number;
  /** The query and the passage of each anchor, as 32-bit integers. */
  readonly anchorQueries: number;
  readonly anchorPassages: number;
  /** A byte for each cosine. */
  readonly relations: number;
  /** Temperature and factor of the derivative, in double precision. */
  readonly settings: number;
  /** A row in double precision for each thread. */
  readonly room: number;
  /** Sum and greatest cosine of each anchor. */
  readonly results: number;
}

export function softmax(kernel: Kernel, given: SoftmaxArguments): void {
  const { queries, stride } = given;
  kernel.dispatch(
    [
      ...[OPERATION.softmax, given.cosines, given.passages, stride, queries, given.slopes],
      ...[given.anchors, given.anchorQueries, given.anchorPassages, given.relations],
      ...[given.settings, given.room, given.results],
    ],
    Math.ceil(queries / PIECE.softmax),
    60 * queries * stride,
  );
}

/** Addresses of an array and of what Adam keeps of it. */
export interface AdamArrays {
  readonly values: number;
  readonly mean: number;
  readonly square: number;
  readonly gradient: number;
  /** A multiple of 4. */
  readonly length: number;
}

/** A step of Adam in place; `factors` is where eight of them lie, in the order of assembly/adam.ts. */
export function adamStep(
  kernel: Kernel,
  { values, mean, square, gradient, length }: AdamArrays,
  factors: number,
): void {
  kernel.dispatch(
    [OPERATION.adam, values, mean, square, gradient, length, factors],
    Math.ceil(length / PIECE.adam),
    30 * length,
  );
}
