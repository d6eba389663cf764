import { afterEach, describe, expect, it } from "vitest";
import { setKernel } from "../../src/math/kernel/kernel.js";
import type { Matrix } from "../../src/math/matrix.js";
import { checkedUnitRows, unitRows } from "../../src/math/unit-rows.js";
import { normalizeRows } from "../../src/math/vectors.js";
import { normalMatrix, sameBits } from "./random-matrix.js";

/** Rows of all sizes single precision has, of zeros, and with what is no number. */
function oddRows(rows: number, cols: number): Matrix {
  const matrix = normalMatrix(rows, cols, cols);
  for (let i = 0; i < rows; i++) {
    const row = matrix.data.subarray(i * cols, (i + 1) * cols);
    const factor = [1, 1e-42, 1e37, 0, 1e-20][i % 5];
    for (let j = 0; j < cols; j++) row[j] *= factor;
    if (i % 7 === 3) row[cols - 1] = NaN;
    if (i % 11 === 4) row[i % cols] = -Infinity;
  }
  return matrix;
}

describe("rows of length 1 by the kernel", () => {
  afterEach(() => {
    setKernel();
  });

  it.each([1, 2, 3])("are those of normalizeRows, bit for bit, on %i threads", (threads) => {
    setKernel({ threads });
    for (const [rows, cols] of [
      [0, 7],
      [3, 5],
      [16_400, 1],
      [8200, 2],
      [6001, 3],
      [101, 331],
      [64, 384],
      [700, 1536],
    ]) {
      const matrix = oddRows(rows, cols);
      const before = matrix.data.slice();
      const expected = normalizeRows(matrix);
      expect(sameBits(unitRows(matrix).data, expected.data), `${rows} × ${cols}`).toBe(true);
      expect(sameBits(matrix.data, before)).toBe(true);
    }
  });

  it("go to the memory that is given, whatever lies there", () => {
    const memory = new Float32Array(40_000).fill(NaN);
    for (const rows of [100, 60]) {
      const matrix: Matrix = normalMatrix(rows, 384, rows);
      const unit = unitRows(matrix, memory);
      expect(unit.data.buffer).toBe(memory.buffer);
      expect(sameBits(unit.data, normalizeRows(matrix).data)).toBe(true);
    }
    expect(memory.slice(100 * 384).every(Number.isNaN)).toBe(true);
  });

  it.each([
    [700, 384],
    [3, 5],
  ])("are refused where a row has no direction or no number, at %i × %i", (rows, cols) => {
    const good = normalMatrix(rows, cols, rows);
    expect(sameBits(checkedUnitRows(good, "here").data, normalizeRows(good).data)).toBe(true);
    const least: Matrix = { ...good, data: good.data.slice() };
    // The least that single precision has is a direction; its square is none in it.
    least.data.fill(0, 0, cols);
    least.data[cols - 1] = 1e-45;
    expect(checkedUnitRows(least, "here").data[cols - 1]).toBe(1);
    for (const row of [0, 1, rows - 1]) {
      for (const [value, message] of [
        [NaN, `here: row ${row}, column 2 must be a finite number, received NaN`],
        [-Infinity, `here: row ${row}, column 2 must be a finite number, received -Infinity`],
        [0, `here: row ${row} must have a direction, received zeros only`],
      ] as const) {
        const bad: Matrix = { ...good, data: good.data.slice() };
        if (value === 0) bad.data.fill(0, row * cols, (row + 1) * cols);
        else bad.data[row * cols + 2] = value;
        expect(() => checkedUnitRows(bad, "here")).toThrow(message);
      }
    }
  });
});
