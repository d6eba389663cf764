import { expect, it } from "vitest";
import { intern } from "../../src/base/intern.js";

it("equal values get one number, in the order in which they first come", () => {
  const values = ["b", "a", "b", "c", "a"];
  const { distinct, indices, first } = intern(values);
  expect(distinct).toEqual(["b", "a", "c"]);
  expect([...indices]).toEqual([0, 1, 0, 2, 1]);
  expect([...first]).toEqual([0, 1, 3]);
  expect(intern([])).toEqual({
    distinct: [],
    indices: new Uint32Array(0),
    first: new Uint32Array(0),
  });
  expect([...intern(Float32Array.of(2, 2, 1)).indices]).toEqual([0, 0, 1]);
});
