import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Adapter, AdapterSide } from "../../src/adapter/adapter.js";
import { applyAdapter } from "../../src/adapter/apply.js";
import { createAdapter } from "../../src/adapter/create-adapter.js";
import { identityAdapter } from "../../src/adapter/identity.js";
import { prepareAdapter } from "../../src/adapter/prepared/prepare-adapter.js";
import { createRandom } from "../../src/base/random.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";

function normal(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

function side(d: number, k: number, kind: string, rank: number, seed: string): AdapterSide {
  const center = kind.includes("center") ? normal(1, d, `${seed}/center`).data : null;
  if (kind.includes("dense")) return { center, weights: normal(d, k, seed) };
  if (!kind.includes("rank")) return { center, weights: null };
  const lowRank = { left: normal(d, rank, seed), right: normal(rank, d, `${seed}/right`) };
  return { center, weights: null, lowRank };
}

function adapterOf(query: AdapterSide, passage: AdapterSide, d: number, k: number): Adapter {
  return createAdapter({
    ...{ inputDimensions: d, outputDimensions: k, query, passage },
    ...{ embedder: "e/1", method: "test" },
  });
}

describe("prepareAdapter", () => {
  it("gives the bits of applyAdapter, for every map and number of dimensions", () => {
    const kinds = ["identity", "center", "dense", "dense center", "rank", "rank center"];
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(255, 256, 257, 600)),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(...kinds),
        fc.constantFrom(...kinds),
        fc.boolean(),
        fc.string({ maxLength: 3 }),
        (d, outputs, rank, asked, found, normalize, seed) => {
          const square = !asked.includes("dense") || !found.includes("dense");
          const k = square ? d : outputs;
          const [query, passage] = [
            side(d, k, asked, rank, `q${seed}`),
            side(d, k, found, rank, `p${seed}`),
          ];
          const adapter = adapterOf(query, passage, d, k);
          const prepared = prepareAdapter(adapter, { normalize });
          for (const vector of [
            normal(1, d, `x${seed}`).data,
            [...normal(1, d, `y${seed}`).data],
          ]) {
            for (const name of ["query", "passage"] as const) {
              const expected = applyAdapter(adapter, vector, { side: name, normalize });
              expect(prepared[name](vector)).toEqual(expected);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("gives memory of its own each time, and leaves its argument as it is", () => {
    const adapter = adapterOf(side(8, 8, "dense", 0, "a"), side(8, 8, "rank", 2, "b"), 8, 8);
    const { query } = prepareAdapter(adapter);
    const vector = normal(1, 8, "x").data;
    const before = vector.slice();
    const first = query(vector);
    const copy = first.slice();
    query(normal(1, 8, "y").data);
    expect(first).toEqual(copy);
    expect(vector).toEqual(before);
  });

  it("keeps maps as they were", () => {
    const adapter = adapterOf(side(8, 8, "dense center", 0, "a"), side(8, 8, "rank", 2, "b"), 8, 8);
    const vector = normal(1, 8, "x").data;
    const { query } = prepareAdapter(adapter);
    const before = query(vector);
    adapter.query.weights!.data.fill(0);
    adapter.query.center!.fill(0);
    expect(query(vector)).toEqual(before);
  });

  it("refuses what is no adapter, and vectors of another embedder", () => {
    expect(() => prepareAdapter({} as Adapter)).toThrow("prepareAdapter: adapter must be");
    const adapter = adapterOf(side(3, 3, "dense", 0, "a"), side(3, 3, "dense", 0, "b"), 3, 3);
    expect(() => prepareAdapter(adapter, { embedder: "other" })).toThrow(
      /^prepareAdapter: embedder must be .*"e\/1"/,
    );
  });

  it.each<[string, unknown, string]>([
    ["of another length", [1, 2], "the query vector must be of 3 dimensions, received 2"],
    ["that is missing", undefined, "the query vector must be of 3 dimensions, received nothing"],
    ["with a NaN", [1, NaN, 2], "the query vector, value 1 must be a finite number, received NaN"],
    ["with a null", [1, 0, null], "the query vector, value 2 must be a finite number, received"],
    ["too large for a float", [1e300, 0, 0], "value 0 must be a finite number, received 1e+300"],
    ["of zeros", [0, 0, 0], "the query vector must have a direction, received zeros only"],
  ])("refuses a vector %s", (_, vector, message) => {
    const { query } = prepareAdapter(identityAdapter(3));
    expect(() => query(vector as number[])).toThrow(message);
  });
});
