import { describe, expect, it } from "vitest";
import { addMatrices, subtractFromRows, subtractMatrices } from "../../src/math/elementwise.js";
import {
  addToDiagonal,
  checkMatrix,
  createMatrix,
  fromRows,
  gatherRows,
  identityMatrix,
  rowOf,
  rowRange,
  transpose,
} from "../../src/math/matrix.js";

const matrix = fromRows([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("checkMatrix", () => {
  it.each([
    [[NaN, 1, 2], 0],
    [[1, -Infinity, Infinity], 1],
    [[1, 2, Infinity], 2],
  ])("names the first value of a row that is none: %j", (row, column) => {
    const broken = fromRows([[3e38, 3e38, 3e38], row]);
    expect(() => {
      checkMatrix(broken, "rows");
    }).toThrow(`rows: row 1, column ${column} must be a finite number`);
  });
});

describe("a matrix", () => {
  it("holds rows one after the other, zeros at first", () => {
    expect([...matrix.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(createMatrix(2, 1).data).toEqual(new Float32Array(2));
    expect(fromRows([])).toEqual(createMatrix(0, 0));
  });

  it("shows rows and ranges of rows as views", () => {
    const copy = createMatrix(2, 3, matrix.data.slice());
    rowOf(copy, 1)[0] = 7;
    rowRange(copy, 0, 1).data[2] = 9;
    expect([...copy.data]).toEqual([1, 2, 9, 7, 5, 6]);
    expect(rowRange(copy, 1, 5)).toEqual(fromRows([[7, 5, 6]]));
  });

  it("gathers rows in any order, repeats allowed", () => {
    expect([...gatherRows(matrix, [1, 1, 0]).data]).toEqual([4, 5, 6, 4, 5, 6, 1, 2, 3]);
  });

  it("makes no zero of null, and no number of text", () => {
    expect(() => fromRows([[1, 2], [1, null] as number[]])).toThrow(
      "fromRows: row 1, column 1 must be a number, received null",
    );
    expect(() => fromRows([["1"] as unknown as number[]])).toThrow(
      'fromRows: row 0, column 0 must be a number, received "1"',
    );
    expect(() => fromRows([null as unknown as number[]])).toThrow(
      "fromRows: row 0 must be a list of numbers, received null",
    );
  });

  it("refuses rows of different lengths, values that are too few, and rows that it has not", () => {
    expect(() => fromRows([[1, 2], [3]])).toThrow(
      "fromRows: row 1 must have 2 values like row 0, received 1",
    );
    expect(() => createMatrix(2, 2, new Float32Array(3))).toThrow(
      "createMatrix: data must have 4 values for 2 × 2, received 3",
    );
    expect(() => createMatrix(-1, 3)).toThrow("createMatrix: rows must be an integer >= 0");
    expect(() => createMatrix(2, 1.5)).toThrow("createMatrix: cols must be an integer >= 0");
    for (const index of [2, -1, 0.5, NaN]) {
      expect(() => gatherRows(matrix, [0, index])).toThrow(
        `gatherRows: indices[1] must be an integer >= 0 and < 2, received ${index}`,
      );
    }
  });

  it("is transposed into a new one", () => {
    expect(transpose(matrix)).toEqual(
      fromRows([
        [1, 4],
        [2, 5],
        [3, 6],
      ]),
    );
  });

  it("takes a value onto its diagonal, square or not", () => {
    const square = identityMatrix(2);
    addToDiagonal(square, 2);
    expect([...square.data]).toEqual([3, 0, 0, 3]);
    const wide = createMatrix(2, 3);
    addToDiagonal(wide, -1);
    expect([...wide.data]).toEqual([-1, 0, 0, 0, -1, 0]);
    const tall = createMatrix(3, 2);
    addToDiagonal(tall, 1);
    expect([...tall.data]).toEqual([1, 0, 0, 1, 0, 0]);
  });

  it("is refused where it is not finite, or a row has no direction and one is needed", () => {
    const broken = createMatrix(1, 2, Float32Array.of(1, Infinity));
    expect(() => {
      checkMatrix(broken, "rows");
    }).toThrow("row 0, column 1 must be a finite number, received Infinity");
    const zeros = fromRows([
      [1, 0],
      [0, 0],
    ]);
    checkMatrix(zeros, "rows");
    expect(() => {
      checkMatrix(zeros, "rows", { zeroRows: false });
    }).toThrow("row 1 must have a direction, received zeros only");
  });
});

describe("sums of matrices", () => {
  it("are taken value by value, in fresh memory or in an operand's", () => {
    const a = createMatrix(2, 3, matrix.data.slice());
    expect([...addMatrices(a, matrix).data]).toEqual([2, 4, 6, 8, 10, 12]);
    expect(a).toEqual(matrix);
    expect(addMatrices(a, matrix, a.data).data).toBe(a.data);
    expect([...a.data]).toEqual([2, 4, 6, 8, 10, 12]);
    expect(subtractMatrices(a, matrix)).toEqual(matrix);
  });

  it("take a vector from every row", () => {
    expect([...subtractFromRows(matrix, [1, 1, 2]).data]).toEqual([0, 1, 1, 3, 4, 4]);
  });

  it("refuse shapes that differ", () => {
    expect(() => addMatrices(matrix, transpose(matrix))).toThrow(
      "addMatrices: both matrices must have the same shape, received 2 × 3 and 3 × 2",
    );
    expect(() => subtractMatrices(matrix, createMatrix(2, 2))).toThrow("received 2 × 3 and 2 × 2");
    expect(() => subtractFromRows(matrix, [1, 2])).toThrow(
      "subtractFromRows: vector must have 3 values, one per column, received 2",
    );
  });
});
