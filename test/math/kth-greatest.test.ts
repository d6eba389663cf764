import fc from "fast-check";
import { expect, it } from "vitest";
import { kthGreatest } from "../../src/math/search/kth-greatest.js";

it("the k-th greatest is what stands there when all are sorted, ties and infinities among them", () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.nat(), (list, seed) => {
      const k = 1 + (seed % list.length);
      const values = Float32Array.from(list);
      const sorted = values.slice().sort().reverse();
      const room = Float32Array.from([...values, Infinity, NaN]); // what lies behind does not count
      expect(kthGreatest(room, list.length, k) === sorted[k - 1]).toBe(true); // -0 is 0
      expect(room.slice(0, list.length).sort()).toEqual(values.sort());
    }),
  );
});
