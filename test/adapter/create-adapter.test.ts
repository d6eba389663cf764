import { describe, expect, it } from "vitest";
import { decodeAdapter, encodeAdapter, fromRows, identityAdapter } from "embedtune";
import { createAdapter, type AdapterParts } from "../../src/adapter/create-adapter.js";

const untouched = { center: null, weights: null };
const weights = fromRows([
  [1, 2, 3],
  [4, 5, 6],
]);
const parts: AdapterParts = {
  inputDimensions: 2,
  query: { center: Float32Array.of(0.25, -0.5), weights },
  passage: { center: null, weights },
  embedder: "test/two",
  method: "by hand",
};
const square = { inputDimensions: 2, query: untouched, embedder: null, method: "by hand" };

describe("createAdapter", () => {
  it("takes the output dimensions from the weights, and leaves out what is unknown", () => {
    expect(createAdapter(parts)).toStrictEqual({
      inputDimensions: 2,
      outputDimensions: 3,
      query: parts.query,
      passage: parts.passage,
      metadata: { embedder: "test/two", method: "by hand", side: "both" },
    });
  });

  it("keeps all it is told, through a file and back", () => {
    const known = {
      parameters: { lambda: 0.1, power: 0.5 },
      trainingData: "sha256:00",
      metrics: { mrr: 0.75 },
      threshold: 0.35,
      calibration: { method: "platt", slope: 2, intercept: -1 },
      created: "2026-01-01T00:00:00Z",
    } as const;
    const adapter = createAdapter({ ...parts, ...known });
    expect(adapter.metadata).toStrictEqual({
      embedder: "test/two",
      method: "by hand",
      side: "both",
      ...known,
    });
    expect(decodeAdapter(encodeAdapter(adapter))).toStrictEqual(adapter);
  });

  it("says which side is changed from the passages' map, whichever of its parts that has", () => {
    const lowRank = { left: fromRows([[1], [2]]), right: fromRows([[3, 4]]) };
    const sideOf = (passage: AdapterParts["passage"]): unknown =>
      createAdapter({ ...square, passage }).metadata.side;
    expect(sideOf(untouched)).toBe("query");
    expect(sideOf({ ...untouched, lowRank: null })).toBe("query");
    expect(sideOf({ ...untouched, center: Float32Array.of(0, 1) })).toBe("both");
    expect(
      sideOf({
        ...untouched,
        weights: fromRows([
          [1, 0],
          [0, 1],
        ]),
      }),
    ).toBe("both");
    expect(sideOf({ ...untouched, lowRank })).toBe("both");
    expect(identityAdapter(2).metadata.side).toBe("query");
  });

  it("refuses parts that do not fit together, by name", () => {
    const refused = (changed: Partial<AdapterParts>, message: string): void => {
      expect(() => createAdapter({ ...parts, ...changed })).toThrow(`createAdapter: ${message}`);
    };
    refused({ inputDimensions: 0 }, "inputDimensions must be an integer >= 1, received 0");
    refused({ outputDimensions: 2 }, "query.weights must be 2 × 2, received 2 × 3");
    refused(
      { passage: { center: Float32Array.of(1), weights } },
      "passage.center must have 2 values, received 1",
    );
    refused(
      { passage: untouched },
      "passage.weights must be 2 × 3 to make 3 dimensions of 2, received none",
    );
    const lowRank = { left: fromRows([[1], [2]]), right: fromRows([[3], [4]]) };
    refused({ ...square, query: { ...untouched, lowRank } }, "query.right must be 1 × 2, received");
    refused(
      { query: { center: null, weights, lowRank } },
      "query must have weights or lowRank, received both",
    );
    refused(
      { query: { center: Float32Array.of(NaN, 0), weights } },
      "query.center value 0 must be a finite number, received NaN",
    );
    const hole = fromRows([
      [1, 2, 3],
      [4, Infinity, 6],
    ]);
    refused(
      { query: { center: null, weights: hole } },
      "query.weights value 4 must be a finite number, received Infinity",
    );
  });
});

describe("identityAdapter", () => {
  it("refuses dimensions that no vector has", () => {
    expect(() => identityAdapter(1.5)).toThrow(
      "identityAdapter: dimensions must be an integer >= 1, received 1.5",
    );
  });
});
