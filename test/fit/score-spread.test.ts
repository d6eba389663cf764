import { describe, expect, it } from "vitest";
import { createRandom, type Matrix } from "embedtune";
import { createMatrix, multiply, rowOf } from "embedtune/math";
import { norm } from "../../src/math/vectors.js";
import { scoreSpread } from "../../src/fit/refined/score-spread.js";

/** Rows that vary by 3 along the first axis, by 1 along the second, and not along the third. */
function side(rows = 400): { inside: Matrix; outsideSquares: Float64Array } {
  const random = createRandom("spread");
  const inside = createMatrix(rows, 3);
  for (let i = 0; i < rows; i++) {
    inside.data[3 * i] = 3 * random.normal();
    inside.data[3 * i + 1] = random.normal();
  }
  return { inside, outsideSquares: new Float64Array(rows).fill(25) };
}

const besides = (spread: Matrix, row: number[]): number =>
  norm(rowOf(multiply(createMatrix(1, 3, Float32Array.from(row)), spread), 0)) ** 2;

describe("scoreSpread", () => {
  it("weighs each direction by how much of the other side's variance lies there, the widest by the weight", () => {
    const spread = scoreSpread([side(), side()], { weight: 4, count: 3 });
    expect(besides(spread, [1, 0, 0])).toBeCloseTo(4, 1);
    // A ninth, a little more since long rows are cut to length 1.
    expect(besides(spread, [0, 1, 0]) / 4).toBeGreaterThan(1 / 9);
    expect(besides(spread, [0, 1, 0]) / 4).toBeLessThan(1 / 5);
    expect(besides(spread, [0, 0, 1])).toBeCloseTo(0, 6);
  });

  it("is the variance of a row's scores over the other side, but for a factor", () => {
    const other = side();
    const spread = scoreSpread([other], { weight: 1, count: 3 });
    const variance = (row: number[]): number => {
      const scores = Array.from({ length: 400 }, (_, i) => {
        const x = rowOf(other.inside, i);
        return (x[0] * row[0] + x[1] * row[1] + x[2] * row[2]) / Math.hypot(...x, 5);
      });
      const mean = scores.reduce((sum, s) => sum + s, 0) / 400;
      return scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / 400;
    };
    const factor = besides(spread, [1, 0, 0]) / variance([1, 0, 0]);
    for (const row of [
      [0, 1, 0],
      [1, 1, 1],
      [2, -1, 0.5],
    ]) {
      expect(besides(spread, row)).toBeCloseTo(factor * variance(row), 3);
    }
  });

  it("takes the widest directions only when fewer are asked for", () => {
    const spread = scoreSpread([side()], { weight: 4, count: 1 });
    expect([spread.rows, spread.cols]).toEqual([3, 1]);
    expect(besides(spread, [1, 0, 0])).toBeCloseTo(4, 1);
    expect(besides(spread, [0, 1, 0])).toBeLessThan(0.1);
  });

  it("adds nothing where the other side does not vary, or is zero", () => {
    for (const value of [0, 2]) {
      const same = { inside: createMatrix(5, 3), outsideSquares: new Float64Array(5) };
      same.inside.data.fill(value);
      const spread = scoreSpread([same], { weight: 4, count: 3 });
      expect(spread.data.every(Number.isFinite)).toBe(true);
      expect(besides(spread, [1, 0, 0])).toBeLessThan(1e-6);
    }
  });
});
