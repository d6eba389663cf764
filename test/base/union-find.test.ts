import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createUnionFind } from "../../src/base/union-find.js";

describe("union-find", () => {
  it("starts with every item alone", () => {
    const { find } = createUnionFind(4);
    expect([0, 1, 2, 3].map(find)).toEqual([0, 1, 2, 3]);
  });

  it("names a set after its smallest member, whatever order it grew in", () => {
    const { find, join } = createUnionFind(6);
    join(5, 4);
    join(4, 2);
    join(3, 5);
    join(2, 3);
    expect([0, 1, 2, 3, 4, 5].map(find)).toEqual([0, 1, 2, 2, 2, 2]);
  });

  it("finds the sets that following every join finds", () => {
    const item = fc.integer({ min: 0, max: 19 });
    fc.assert(
      fc.property(fc.array(fc.tuple(item, item), { maxLength: 30 }), (joins) => {
        const { find, join } = createUnionFind(20);
        const sets = Array.from({ length: 20 }, (_, i) => i);
        for (const [a, b] of joins) {
          join(a, b);
          const [keep, drop] = [Math.min(sets[a], sets[b]), Math.max(sets[a], sets[b])];
          for (let i = 0; i < 20; i++) if (sets[i] === drop) sets[i] = keep;
        }
        expect(sets.map((_, i) => find(i))).toEqual(sets);
      }),
    );
  });
});
