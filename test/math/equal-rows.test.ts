import { expect, it } from "vitest";
import { equalRows } from "../../src/math/equal-rows.js";
import { fromRows } from "embedtune";

it("equalRows names for every row the first with the same values, 0 and -0 alike", () => {
  const rows = fromRows([
    [1, 2],
    [2, 1],
    [1, 2],
    [0, 0],
    [-0, 0],
    [1, 2],
  ]);
  expect([...equalRows(rows)]).toEqual([0, 1, 0, 3, 3, 0]);
});
