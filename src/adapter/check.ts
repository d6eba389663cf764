import type { Matrix } from "../math/matrix.js";
import type { Adapter, AdapterSide } from "./adapter.js";

/**
 * Refuses an adapter whose parts do not fit together or hold a NaN or an infinity.
 *
 * @throws RangeError naming the side and the part.
 */
export function checkAdapter(adapter: Adapter): void {
  const { inputDimensions, outputDimensions } = adapter;
  for (const [name, value] of [
    ["inputDimensions", inputDimensions],
    ["outputDimensions", outputDimensions],
  ] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`adapter: ${name} must be an integer >= 1, received ${value}`);
    }
  }
  checkSide(adapter.query, "query", inputDimensions, outputDimensions);
  checkSide(adapter.passage, "passage", inputDimensions, outputDimensions);
}

function checkSide(side: AdapterSide, name: string, d: number, k: number): void {
  const { center, weights, lowRank = null } = side;
  if (center !== null) {
    if (center.length !== d) {
      throw new RangeError(
        `adapter: ${name}.center must have ${d} values, received ${center.length}`,
      );
    }
    checkFinite(center, `${name}.center`);
  }
  if (weights !== null && lowRank !== null) {
    throw new RangeError(`adapter: ${name} has both weights and lowRank, expected one`);
  }
  if (weights !== null) {
    checkShape(weights, `${name}.weights`, d, k);
  } else if (d !== k) {
    throw new RangeError(`adapter: ${name} has no weights, so ${d} dimensions cannot become ${k}`);
  }
  if (lowRank !== null) {
    const { left, right } = lowRank;
    checkShape(left, `${name}.left`, d, left.cols);
    checkShape(right, `${name}.right`, left.cols, d);
  }
}

function checkShape(matrix: Matrix, name: string, rows: number, cols: number): void {
  if (matrix.rows !== rows || matrix.cols !== cols) {
    throw new RangeError(
      `adapter: ${name} must be ${rows} × ${cols}, received ${matrix.rows} × ${matrix.cols}`,
    );
  }
  checkFinite(matrix.data, name);
}

function checkFinite(values: Float32Array, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`adapter: ${name} value ${i} is ${values[i]}, expected a finite number`);
    }
  }
}
