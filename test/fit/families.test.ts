import { describe, expect, it } from "vitest";
import { preparePairs } from "../../src/data/training-pairs.js";
import { discriminativeFamily } from "../../src/fit/families/discriminative-family.js";
import { identityFamily, scoreWithSides, scorerOf } from "../../src/fit/families/family.js";
import { procrustesFamily } from "../../src/fit/families/procrustes-family.js";
import { queryRcaFamily, rcaFamily } from "../../src/fit/families/rca-family.js";
import { ridgeFamily } from "../../src/fit/families/ridge-family.js";
import { ridgeRcaFamily } from "../../src/fit/families/ridge-rca-family.js";
import { whiteningFamily } from "../../src/fit/families/whitening-family.js";
import { refinedRcaFamily } from "../../src/fit/refined/refined-rca-family.js";
import { topics } from "../tune/topics.js";

const grid = { lambdas: [0.05, 1], powers: [0.25, 0.75], blends: [0, 1] };
const start = { lambda: 0.3, power: 0.5, blend: 0, spread: 0 };
const families = [
  identityFamily,
  rcaFamily(grid),
  queryRcaFamily(grid),
  ridgeRcaFamily({ ...grid, mus: [3, 0.3] }),
  ridgeFamily([0.1, 1]),
  procrustesFamily([0.1, 1]),
  whiteningFamily(grid),
  discriminativeFamily({ lambdas: [0.1, 1], gammas: [0.2, 0.6] }),
  refinedRcaFamily({ starts: [start, { ...start, lambda: 3, spread: 2 }], steps: [2, 4] }),
];

/** Matching pairs, and for each query a wrong passage. */
function labelled(n: number, d: number, seed: number): ReturnType<typeof preparePairs> {
  const data = topics(n, d, { nuisance: 3, shift: 0.5, seed });
  const rows = Array.from({ length: n }, (_, i) => i);
  return preparePairs({
    ...data,
    pairs: {
      query: Uint32Array.from([...rows, ...rows]),
      passage: Uint32Array.from([...rows, ...rows.map((i) => (i + 1) % n)]),
      label: Uint8Array.from([...rows.map(() => 1), ...rows.map(() => 0)]),
    },
  });
}

describe.each(families.map((family) => ({ name: family.name, family })))(
  "the family $name",
  ({ family }) => {
    it.each([
      ["more pairs than dimensions", 40, 8],
      ["fewer pairs than dimensions", 14, 40],
    ])("scores at every point as the maps do that it gives out, with %s", (_, n, d) => {
      const train = labelled(n, d, 1);
      const unseen = labelled(9, d, 2);
      const fitted = family.fit(train, train.positives, train.negatives);
      const score = scorerOf(fitted, unseen.queries, unseen.passages);
      const seen = new Set<string>();
      // Back and forth: what points share must not be mixed up.
      for (const point of [...family.points, ...family.points.toReversed()]) {
        const quick = score(point);
        const slow = scoreWithSides(fitted.sides(point), unseen.queries, unseen.passages);
        expect([quick.rows, quick.cols]).toEqual([9, 9]);
        for (const [at, value] of quick.data.entries()) expect(value).toBeCloseTo(slow.data[at], 4);
        seen.add(Array.from(slow.data.slice(0, 9), (value) => value.toFixed(6)).join());
      }
      expect(seen.size).toBe(family.points.length);
    });
  },
);
