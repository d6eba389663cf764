import { checkInteger, refuse } from "../base/checks.js";
import type { Matrix } from "../math/matrix.js";
import type { Adapter, AdapterSide } from "./adapter.js";
import { isIdentitySide } from "./identity-side.js";

/**
 * Refuses what is no adapter, and one whose parts do not fit together or hold a NaN or an infinity.
 *
 * @param place The public function that was called, or the file that was read.
 * @throws RangeError naming the side and the part.
 */
export function checkAdapter(adapter: Adapter, place: string): void {
  checkIsAdapter(adapter, place);
  const { inputDimensions, outputDimensions, query, passage, metadata } = adapter;
  checkInteger(inputDimensions, `${place}: inputDimensions`, { least: 1 });
  checkInteger(outputDimensions, `${place}: outputDimensions`, { least: 1 });
  checkSide(query, `${place}: query`, inputDimensions, outputDimensions);
  checkSide(passage, `${place}: passage`, inputDimensions, outputDimensions);
  if (metadata.side === "query" && !isIdentitySide(passage)) {
    throw new RangeError(
      `${place}: passage must be the identity in an adapter of the side "query", received a map`,
    );
  }
}

/** Whoever comes without types hands over a decision, or what a file did not hold. */
export function checkIsAdapter(value: unknown, place: string): asserts value is Adapter {
  const { query, passage, metadata, adapter } = (value ?? {}) as Record<string, unknown>;
  if ([query, passage, metadata].every((part) => typeof part === "object" && part !== null)) return;
  const wanted = "an adapter, as decision.adapter or loadAdapter gives it";
  refuse(
    `${place}: adapter`,
    adapter === undefined ? wanted : `${wanted}, not what holds one`,
    value,
  );
}

function checkSide(side: AdapterSide, place: string, d: number, k: number): void {
  const { center, weights, lowRank = null } = side;
  if (center !== null) {
    if (center.length !== d) {
      throw new RangeError(`${place}.center must have ${d} values, received ${center.length}`);
    }
    checkFinite(center, `${place}.center`);
  }
  if (weights !== null && lowRank !== null) {
    throw new RangeError(`${place} must have weights or lowRank, received both`);
  }
  if (weights !== null) {
    checkShape(weights, `${place}.weights`, d, k);
  } else if (d !== k) {
    throw new RangeError(
      `${place}.weights must be ${d} × ${k} to make ${k} dimensions of ${d}, received none`,
    );
  }
  if (lowRank !== null) {
    const { left, right } = lowRank;
    checkShape(left, `${place}.left`, d, left.cols);
    checkShape(right, `${place}.right`, left.cols, d);
  }
}

function checkShape(matrix: Matrix, place: string, rows: number, cols: number): void {
  if (matrix.rows !== rows || matrix.cols !== cols) {
    throw new RangeError(
      `${place} must be ${rows} × ${cols}, received ${matrix.rows} × ${matrix.cols}`,
    );
  }
  checkFinite(matrix.data, place);
}

function checkFinite(values: Float32Array, place: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) refuse(`${place} value ${i}`, "a finite number", values[i]);
  }
}
