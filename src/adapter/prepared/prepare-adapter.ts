import { refuse } from "../../base/checks.js";
import { checkEmbedderOfVectors } from "../check-fits.js";
import { innerProduct } from "../../math/vectors.js";
import type { Adapter, AdapterSide } from "../adapter.js";
import type { ApplyOptions } from "../apply.js";
import { checkAdapter } from "../check.js";
import { denseMap, lowRankMap, type VectorMap } from "./vector-map.js";

/** An adapter whose maps lie where one vector at a time goes through them quickest. */
export interface PreparedAdapter {
  /**
   * Customises one vector of a question: the bits that `applyAdapter` gives on the built-in kernel.
   *
   * @param vector `inputDimensions` values; its length is ignored.
   * @returns `outputDimensions` values; the only memory that a call takes.
   * @throws RangeError when the dimensions differ, a value is not finite, or the vector is all zeros.
   */
  query(vector: ArrayLike<number>): Float32Array;
  /** The same by the map of the passages. */
  passage(vector: ArrayLike<number>): Float32Array;
}

/**
 * Copies an adapter's maps to memory of their own, in the order in which one vector is multiplied: an application that maps a
 * question at a time makes this once. Takes as much memory as the maps; what both sides share is copied once. Synchronous, one
 * thread; without WebAssembly SIMD plain JavaScript gives the same bits.
 *
 * @throws RangeError when the adapter does not hold together, or the vectors come from another embedder than it was fitted on.
 */
export function prepareAdapter(
  adapter: Adapter,
  { embedder, normalize = true }: Omit<ApplyOptions, "side"> = {},
): PreparedAdapter {
  checkAdapter(adapter, "prepareAdapter");
  checkEmbedderOfVectors(adapter, embedder, "prepareAdapter");
  const maps = new Map<object, VectorMap>();
  const prepare = (
    side: AdapterSide,
    name: string,
  ): ((vector: ArrayLike<number>) => Float32Array) => {
    const { center, weights, lowRank } = side;
    const part = weights ?? lowRank;
    let map: VectorMap | undefined;
    if (part !== null && part !== undefined) {
      map = maps.get(part) ?? (weights === null ? lowRankMap(side.lowRank!) : denseMap(weights));
      maps.set(part, map);
    }
    const unit = new Float32Array(adapter.inputDimensions);
    const kept = center?.slice();
    return (vector) => {
      load(vector, unit, name);
      if (kept !== undefined) for (let j = 0; j < unit.length; j++) unit[j] -= kept[j];
      const result = new Float32Array(adapter.outputDimensions);
      if (map === undefined) result.set(unit);
      else map(unit, result);
      if (normalize) scaleToUnit(result, lengthOf(result));
      return result;
    };
  };
  return {
    query: prepare(adapter.query, "query"),
    passage: prepare(adapter.passage, "passage"),
  };
}

/** Copies a vector, scaled to length 1. */
function load(vector: ArrayLike<number>, unit: Float32Array, side: string): void {
  const received = (vector as ArrayLike<number> | null)?.length;
  if (received !== unit.length) {
    refuse(`prepareAdapter: the ${side} vector`, `of ${unit.length} dimensions`, received);
  }
  // A null would become a zero, a text its number.
  if (!ArrayBuffer.isView(vector)) checkNumbers(vector, side);
  unit.set(vector);
  const length = lengthOf(unit);
  // Squares of floats do not overflow in 64 bits: what is not finite is in the vector.
  if (!Number.isFinite(length)) checkNumbers(vector, side);
  if (!scaleToUnit(unit, length)) {
    throw new RangeError(
      `prepareAdapter: the ${side} vector must have a direction, received zeros only`,
    );
  }
}

function checkNumbers(vector: ArrayLike<unknown>, side: string): void {
  for (let j = 0; j < vector.length; j++) {
    const value = vector[j];
    if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) {
      refuse(`prepareAdapter: the ${side} vector, value ${j}`, "a finite number", value);
    }
  }
}

const lengthOf = (vector: Float32Array): number =>
  Math.sqrt(innerProduct(vector, 0, vector, 0, vector.length));

/** Scales to length 1, as `normalizeRows` does. @returns Whether that is possible: not of zeros. */
function scaleToUnit(vector: Float32Array, length: number): boolean {
  if (!(length > 0)) return false;
  for (let j = 0; j < vector.length; j++) vector[j] = vector[j] / length;
  return true;
}
