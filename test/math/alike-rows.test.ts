import { describe, expect, it } from "vitest";
import { createRandom, fromRows } from "embedtune";
import { createMatrix, normalizeRows } from "embedtune/math";
import { alikeRows } from "../../src/math/alike-rows.js";
import { equalRows } from "../../src/math/equal-rows.js";

function unitRows(count: number, d: number): ReturnType<typeof createMatrix> {
  const random = createRandom(`alike/${d}`);
  const matrix = createMatrix(count, d);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return normalizeRows(matrix);
}

describe("alikeRows", () => {
  it("tells of rows of any length what it tells of them at length 1", () => {
    const own = unitRows(60, 24);
    const table = createMatrix(120, 24);
    const [x, random] = [table.data, createRandom(2)];
    for (let i = 0; i < 120; i++) {
      const length = 10 ** (6 * random.next() - 3);
      for (let j = 0; j < 24; j++) x[i * 24 + j] = length * own.data[(i % 60) * 24 + j];
    }
    const kinds = alikeRows(table, { unit: false });
    expect(kinds).toEqual(alikeRows(normalizeRows(table)));
    expect([...kinds]).toEqual(Array.from({ length: 120 }, (_, i) => i % 60));
  });

  it.each([2, 16, 384])(
    "names the first of rows that differ by rounding alone, in %d dimensions",
    (d) => {
      const own = unitRows(40, d);
      const table = createMatrix(120, d);
      const scaled = normalizeRows(
        createMatrix(
          40,
          d,
          own.data.map((x) => 3 * x),
        ),
      );
      const nudged = createMatrix(
        40,
        d,
        own.data.map((x, i) => x + (i % 2 === 0 ? 1e-7 : -1e-7)),
      );
      table.data.set(own.data);
      table.data.set(scaled.data, 40 * d);
      table.data.set(nudged.data, 80 * d);
      const expected = Array.from({ length: 120 }, (_, i) => i % 40);
      expect([...alikeRows(table)]).toEqual(expected);
      if (d > 2) expect([...equalRows(table)]).not.toEqual(expected);
    },
  );

  it("tells rows apart that differ by more, and takes 0 and -0 for the same", () => {
    const rows = fromRows([
      [1, 0],
      [1, 1e-5],
      [1, -0],
      [-1, 0],
      [1, 1e-6],
    ]);
    expect([...alikeRows(rows)]).toEqual([0, 1, 0, 3, 0]);
    expect(alikeRows(createMatrix(0, 3))).toEqual(new Uint32Array(0));
  });

  it("does not join rows in a chain", () => {
    const rows = fromRows(Array.from({ length: 6 }, (_, i) => [1, i * 1.5e-6]));
    const first = [...alikeRows(rows)];
    expect(new Set(first).size).toBeGreaterThan(1);
    for (const [i, row] of first.entries()) expect(Math.abs(i - row)).toBeLessThanOrEqual(2);
  });

  it("takes no longer where thousands of rows are the same", () => {
    const rows = createMatrix(20_000, 8, new Float32Array(160_000).fill(Math.sqrt(1 / 8)));
    expect(new Set(alikeRows(rows))).toEqual(new Set([0]));
  });
});
