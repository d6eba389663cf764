import { createMatrix, type Matrix } from "../../math/matrix.js";
import type { Tensors } from "../optimizers/optimizer.js";

/** Which sides are trained: one matrix for both, one for queries alone (an index stays as it is), or one per side. */
export type TrainedSides = "shared" | "query" | "separate";

/** What is trained, and of which size. */
export interface ModelShape {
  readonly sides: TrainedSides;
  readonly inputDimensions: number;
  readonly outputDimensions: number;
  /** Whether each trained side subtracts a learnt center first. */
  readonly bias: boolean;
  /** Rank of the update where the map is identity + low rank; `null` for a full matrix. */
  readonly rank: number | null;
}

/** A trained array: its name and size. */
export interface TensorShape {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
}

/** Places of the arrays of one side; {@link absent} where it has none of the kind. */
export interface SideSlots {
  readonly weights: number;
  readonly left: number;
  readonly right: number;
  readonly center: number;
}

/** Where each side finds its arrays in the flat list that optimisers see. */
export interface AdapterModel {
  readonly shape: ModelShape;
  readonly tensors: readonly TensorShape[];
  readonly query: SideSlots | null;
  readonly passage: SideSlots | null;
}

/** The place of an array that a model does not have. */
export const absent = -1;

/** Lays out the trained arrays of a shape. */
export function createModel(shape: ModelShape): AdapterModel {
  const { sides, inputDimensions: d, outputDimensions: k, bias, rank } = shape;
  const tensors: TensorShape[] = [];
  const add = (name: string, rows: number, cols: number): number =>
    tensors.push({ name, rows, cols }) - 1;
  const map = (prefix: string): Omit<SideSlots, "center"> =>
    rank === null
      ? { weights: add(`${prefix}weights`, d, k), left: absent, right: absent }
      : {
          weights: absent,
          left: add(`${prefix}left`, d, rank),
          right: add(`${prefix}right`, rank, d),
        };
  const center = (name: string): number => (bias ? add(name, 1, d) : absent);
  const shared = sides === "shared" ? map("") : undefined;
  const query = { ...(shared ?? map("query.")), center: center("query.center") };
  const passage =
    sides === "query" ? null : { ...(shared ?? map("passage.")), center: center("passage.center") };
  return { shape, tensors, query, passage };
}

/** One trained array as a matrix; a view. */
export function tensorAt(model: AdapterModel, tensors: Tensors, slot: number): Matrix {
  const { rows, cols } = model.tensors[slot];
  return createMatrix(rows, cols, tensors[slot]);
}
