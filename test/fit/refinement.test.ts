import { describe, expect, it } from "vitest";
import { createRandom, type Matrix } from "embedtune";
import { createMatrix } from "embedtune/math";
import { refinementLoss } from "../../src/fit/refined/refinement-loss.js";
import { refinedCosines } from "../../src/fit/refined/refinement-pass.js";
import {
  noRefinement,
  type Refinement,
  type RefinementPart,
} from "../../src/fit/refined/refinement.js";

const k = 4;

function randomMatrix(rows: number, cols: number, seed: string, scale = 1): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => scale * random.normal()),
  );
}

/** Three queries, five passages; one query has two matches, one has no negative. */
function makePart(seed: string): RefinementPart {
  const side = (rows: number, name: string): RefinementPart["query"] => ({
    inside: randomMatrix(rows, k, `${seed}/${name}`),
    outsideSquares: Float64Array.from({ length: rows }, (_, i) => 0.5 + i / 4),
  });
  return {
    query: side(3, "query"),
    passage: side(5, "passage"),
    outside: randomMatrix(3, 5, `${seed}/outside`, 0.1),
    matches: [[0], [1, 4], [2]],
    negatives: [[1, 2], [3], []],
  };
}

function someRefinement(): Refinement {
  const side = (name: string): Refinement["query"] => ({
    map: randomMatrix(k, k, name, 0.2),
    shift: Float64Array.from(randomMatrix(1, k, `${name}/shift`, 0.2).data),
    spread: randomMatrix(k, 2, `${name}/spread`, 0.7),
  });
  return { query: side("query"), passage: side("passage") };
}

describe("refinementLoss", () => {
  const parts = [makePart("a"), makePart("b")];

  it("has the gradient that finite differences show, by every map and shift", () => {
    const options = { temperature: 0.5, margin: 0.4, pairWeight: 1.5 };
    const at = someRefinement();
    const { gradient } = refinementLoss(parts, at, options);
    for (const side of ["query", "passage"] as const) {
      for (const [values, slopes] of [
        [at[side].map.data, gradient[side].map.data],
        [at[side].shift, gradient[side].shift],
      ] as const) {
        for (let i = 0; i < values.length; i++) {
          const step = 0.01;
          const before = values[i];
          values[i] = before + step;
          const above = refinementLoss(parts, at, options).loss;
          values[i] = before - step;
          const below = refinementLoss(parts, at, options).loss;
          values[i] = before;
          expect(slopes[i]).toBeCloseTo((above - below) / (2 * step), 3);
        }
      }
    }
  });

  it.each([
    ["all pairs", 1e6, 1],
    ["every third negative, where there are more pairs than wanted", 24, 3],
  ])(
    "is the ranking term and the weighed pair term as they are written, over %s",
    (_, mostPairs, stride) => {
      const options = { temperature: 0.5, margin: 0.4, pairWeight: 1.5, mostPairs };
      const at = someRefinement();
      let ranking = 0;
      const matching: number[] = [];
      const wrong: number[] = [];
      for (const part of parts) {
        const { data } = refinedCosines(part, at);
        for (const [i, own] of part.matches.entries()) {
          const row = Array.from(data.subarray(i * 5, (i + 1) * 5));
          for (const match of own) {
            const rivals = row.filter((_x, j) => j === match || !own.includes(j));
            const sum = rivals.reduce((total, x) => total + Math.exp(x / 0.5), 0);
            ranking -= row[match] / 0.5 - Math.log(sum);
            matching.push(row[match]);
          }
          for (const j of part.negatives[i]) wrong.push(row[j]);
        }
      }
      const kept = wrong.filter((_x, i) => i % stride === 0);
      let pairs = 0;
      for (const x of matching) for (const y of kept) pairs += Math.log1p(Math.exp((y - x) / 0.4));
      const expected = ranking / matching.length + (1.5 * pairs) / matching.length / kept.length;
      expect(refinementLoss(parts, at, options).loss).toBeCloseTo(expected, 5);
    },
  );

  it("gives plain cosines where nothing is refined", () => {
    const part = makePart("a");
    const cosines = refinedCosines(part, noRefinement(k));
    const q = part.query.inside.data;
    const p = part.passage.inside.data;
    let inner = part.outside.data[1 * 5 + 3];
    let qSquare = part.query.outsideSquares[1];
    let pSquare = part.passage.outsideSquares[3];
    for (let j = 0; j < k; j++) {
      inner += q[k + j] * p[3 * k + j];
      qSquare += q[k + j] ** 2;
      pSquare += p[3 * k + j] ** 2;
    }
    expect(cosines.data[1 * 5 + 3]).toBeCloseTo(inner / Math.sqrt(qSquare * pSquare), 5);
  });

  it("counts for the length, and for nothing else, what the spread adds", () => {
    const part = makePart("a");
    const query = randomMatrix(k, 3, "spread");
    const plain = refinedCosines(part, noRefinement(k));
    const spread = refinedCosines(part, noRefinement(k, { query }));
    const row = part.query.inside.data.subarray(k, 2 * k);
    const square = part.query.outsideSquares[1] + row.reduce((sum, x) => sum + x * x, 0);
    let beside = 0;
    for (let m = 0; m < 3; m++) {
      beside += row.reduce((sum, x, j) => sum + x * query.data[j * 3 + m], 0) ** 2;
    }
    const ratio = Math.sqrt(square / (square + beside));
    for (let j = 0; j < 5; j++)
      expect(spread.data[5 + j]).toBeCloseTo(ratio * plain.data[5 + j], 5);
  });

  it("counts only the ranking where no pair is labelled 0", () => {
    const part = { ...makePart("a"), negatives: [[], [], []] };
    const { loss } = refinementLoss([part], noRefinement(k), { pairWeight: 1 });
    expect(loss).toBeCloseTo(refinementLoss([part], noRefinement(k), { pairWeight: 0 }).loss, 12);
  });

  it("has no slope, and no NaN, where a row is zero", () => {
    const part = makePart("a");
    part.query.inside.data.fill(0);
    const zero = {
      ...part,
      query: { ...part.query, outsideSquares: new Float64Array(3) },
      outside: createMatrix(3, 5),
    };
    const { loss, gradient } = refinementLoss([zero], noRefinement(k));
    expect(loss).toBeGreaterThan(0);
    for (const { map, shift } of [gradient.query, gradient.passage]) {
      for (const value of [...map.data, ...shift]) expect(value).toBe(0);
    }
  });
});
