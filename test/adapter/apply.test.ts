import { describe, expect, it, vi } from "vitest";
import { applyAdapter, fromRows, identityAdapter, type Adapter } from "embedtune";
import { createMatrix } from "embedtune/math";

const adapter: Adapter = {
  inputDimensions: 2,
  outputDimensions: 3,
  query: {
    center: Float32Array.of(0.5, 0),
    weights: fromRows([
      [1, 0, 2],
      [0, 1, 0],
    ]),
  },
  passage: {
    center: null,
    weights: fromRows([
      [0, 1, 0],
      [1, 0, 0],
    ]),
  },
  metadata: { embedder: "test/two", method: "by hand" },
};

describe("applyAdapter", () => {
  it("takes lists of vectors as it takes a matrix, and says so where the side is forgotten", () => {
    const { identity, rows } = {
      identity: identityAdapter(2),
      rows: [
        [3, 4],
        [0, 2],
      ],
    };
    const expected = applyAdapter(identity, fromRows(rows), { side: "query" });
    expect(applyAdapter(identity, rows, { side: "query" })).toEqual(expected);
    const arrays = rows.map((row) => Float32Array.from(row));
    expect(applyAdapter(identity, arrays, { side: "query" })).toEqual(expected);
    expect(() => applyAdapter(identity, [[1, 2], [1]], { side: "query" })).toThrow("row 1");
    expect(() => applyAdapter(identity, [1, 2], undefined as never)).toThrow(
      'applyAdapter: side must be "query" or "passage", received nothing',
    );
    expect(() => applyAdapter(identity, [], { side: "query" })).toThrow("received 0");
  });

  it("scales to length 1, subtracts the centre, multiplies, and scales to length 1 again", () => {
    // (3, 4) -> (0.6, 0.8) -> (0.1, 0.8) -> (0.1, 0.8, 0.2)
    const length = Math.hypot(0.1, 0.8, 0.2);
    const adapted = applyAdapter(adapter, [3, 4], { side: "query" });
    expect(Array.from(adapted)).toEqual([
      expect.closeTo(0.1 / length, 6),
      expect.closeTo(0.8 / length, 6),
      expect.closeTo(0.2 / length, 6),
    ]);
  });

  it("returns the bare map when not asked to normalise", () => {
    const adapted = applyAdapter(adapter, [3, 4], { side: "query", normalize: false });
    expect(Array.from(adapted)).toEqual([
      expect.closeTo(0.1, 6),
      expect.closeTo(0.8, 6),
      expect.closeTo(0.2, 6),
    ]);
  });

  it("has a map of its own for each side", () => {
    expect(Array.from(applyAdapter(adapter, [1, 0], { side: "passage" }))).toEqual([0, 1, 0]);
  });

  it("gives a matrix the same rows as its vectors one by one", () => {
    const rows = [
      [3, 4],
      [1, -2],
      [0, 0.01],
    ];
    const together = applyAdapter(adapter, fromRows(rows), { side: "query" });
    expect([together.rows, together.cols]).toEqual([3, 3]);
    for (const [i, row] of rows.entries()) {
      const alone = applyAdapter(adapter, row, { side: "query" });
      expect(together.data.subarray(i * 3, i * 3 + 3)).toEqual(alone);
    }
  });

  it("applies identity plus low rank like the dense matrix it stands for", () => {
    const left = fromRows([[1], [2], [0]]);
    const right = fromRows([[0.5, -1, 3]]);
    const dense = fromRows([
      [1.5, -1, 3],
      [1, -1, 6],
      [0, 0, 1],
    ]);
    const base = { inputDimensions: 3, outputDimensions: 3, metadata: adapter.metadata };
    const center = Float32Array.of(0.1, 0.2, 0.3);
    const low = { center, weights: null, lowRank: { left, right } };
    const full = { center, weights: dense };
    const vector = [0.3, -0.7, 0.2];
    const a = applyAdapter({ ...base, query: low, passage: low }, vector, { side: "query" });
    const b = applyAdapter({ ...base, query: full, passage: full }, vector, { side: "query" });
    for (let i = 0; i < 3; i++) expect(a[i]).toBeCloseTo(b[i], 6);
  });

  it("changes nothing but the length under the identity, and leaves its input alone", () => {
    const vectors = fromRows([[3, 4]]);
    const adapted = applyAdapter(identityAdapter(2), vectors, { side: "passage" });
    expect(Array.from(adapted.data)).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
    expect(Array.from(vectors.data)).toEqual([3, 4]);
  });

  it("refuses vectors of other dimensions", () => {
    expect(() => applyAdapter(adapter, [1, 2, 3], { side: "query" })).toThrow(
      "applyAdapter: vectors must have 2 dimensions, received 3",
    );
  });

  it("without an embedder's name says once that only the length is checked, unless that is meant", async () => {
    vi.resetModules(); // others have left it out before
    const { applyAdapter } = await import("../../src/adapter/apply.js");
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    try {
      applyAdapter(adapter, [1, 2], { side: "query", embedder: null });
      applyAdapter(adapter, [1, 2], { side: "query", embedder: "test/two" });
      applyAdapter(identityAdapter(2), [1, 2], { side: "query" });
      expect(warned).not.toHaveBeenCalled();
      for (let i = 0; i < 3; i++) applyAdapter(adapter, [1, 2], { side: "query" });
      expect(warned).toHaveBeenCalledOnce();
      expect(warned).toHaveBeenCalledWith(
        expect.stringMatching(/^applyAdapter: .*only their length is checked; .*"test\/two"/),
        { code: "EMBEDTUNE_EMBEDDER_UNCHECKED" },
      );
    } finally {
      warned.mockRestore();
    }
  });

  it("refuses vectors of another embedder, and takes those of an unknown one", () => {
    expect(() => applyAdapter(adapter, [1, 2], { side: "query", embedder: "test/other" })).toThrow(
      'applyAdapter: embedder must be "test/two", which the adapter was fitted on, received "test/other"',
    );
    expect(applyAdapter(identityAdapter(2), [1, 0], { side: "query", embedder: "x" })).toEqual(
      Float32Array.of(1, 0),
    );
  });

  it("refuses NaN and vectors of zeros by row", () => {
    expect(() => applyAdapter(adapter, [1, NaN], { side: "query" })).toThrow(
      "applyAdapter: query vectors: row 0, column 1 must be a finite number, received NaN",
    );
    expect(() => applyAdapter(adapter, createMatrix(2, 2), { side: "passage" })).toThrow(
      "applyAdapter: passage vectors: row 0 must have a direction, received zeros only",
    );
  });

  it("refuses a side it does not know", () => {
    expect(() => applyAdapter(adapter, [1, 2], { side: "document" as "passage" })).toThrow(
      'applyAdapter: side must be "query" or "passage", received "document"',
    );
  });
});
