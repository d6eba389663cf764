import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyAdapter, fromRows, type Adapter, type Matrix } from "embedtune";
import { denseMap, encodeOnnx } from "embedtune/onnx";
import { bytesField, integerField, joinFields } from "../../../src/base/binary/protobuf.js";
import { oddAdapters, uniformMatrix } from "../../support/odd-adapters.js";

const weights = fromRows([
  [1, 2, 3],
  [4, 5, 6],
]);
const adapter: Adapter = {
  inputDimensions: 2,
  outputDimensions: 3,
  query: { center: Float32Array.of(0.25, -0.5), weights },
  passage: { center: null, weights },
  metadata: { embedder: "test/two", method: "by hand" },
};

/** x · weights + bias of the rows scaled to length 1, scaled to length 1, in 64 bits. */
function dense(map: ReturnType<typeof denseMap>, { rows, cols, data }: Matrix): number[][] {
  const unit = (row: readonly number[]): number[] => {
    const length = Math.hypot(...row) || 1;
    return row.map((value) => value / length);
  };
  return Array.from({ length: rows }, (_, i) => {
    const x = unit([...data.subarray(i * cols, (i + 1) * cols)]);
    return unit(
      Array.from(map.bias, (bias, j) =>
        x.reduce(
          (sum, value, at) => sum + value * map.weights.data[at * map.bias.length + j],
          bias,
        ),
      ),
    );
  });
}

describe("an adapter as an ONNX model", () => {
  it("is byte for byte the model that ONNX's own library writes", () => {
    const path = new URL("../../fixtures/adapter/onnx-model.onnx", import.meta.url);
    expect(Buffer.compare(encodeOnnx(adapter, { side: "query" }), readFileSync(path))).toBe(0);
  });

  it("is refused without a side, and of parts that do not fit together", () => {
    const forgotten = encodeOnnx as (adapter: Adapter) => Uint8Array;
    expect(() => forgotten(adapter)).toThrow(
      'encodeOnnx: side must be "query" or "passage", received nothing',
    );
    const broken = { ...adapter, inputDimensions: 5 };
    expect(() => encodeOnnx(broken, { side: "query" })).toThrow(
      "encodeOnnx: query.center must have 5 values, received 2",
    );
  });
});

describe("an adapter as a dense layer", () => {
  it.each(oddAdapters.filter((one) => one.inputDimensions < 1000))(
    "gives the vectors of the adapter: $metadata.method",
    (odd) => {
      const vectors = uniformMatrix(4, odd.inputDimensions, "dense");
      for (const side of ["query", "passage"] as const) {
        const ours = applyAdapter(odd, vectors, { side }).data;
        const theirs = dense(denseMap(odd, { side }), vectors).flat();
        for (const [i, value] of theirs.entries()) expect(value).toBeCloseTo(ours[i], 5);
      }
    },
  );

  it("is a copy: the adapter does not change with it", () => {
    denseMap(adapter, { side: "passage" }).weights.data[0] = 9;
    expect(weights.data[0]).toBe(1);
  });

  it("is refused without a side", () => {
    const forgotten = denseMap as (adapter: Adapter) => unknown;
    expect(() => forgotten(adapter)).toThrow('denseMap: side must be "query" or "passage"');
  });
});

describe("a protocol buffer", () => {
  it("holds integers of any size seven bits a byte, the lowest first", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.integer({ min: 1, max: 15 }), (value, field) => {
        const bytes = joinFields([integerField(field, value)]);
        expect(bytes[0]).toBe(field * 8);
        const digits = [...bytes.subarray(1)];
        expect(digits.map((byte) => byte >= 128)).toEqual(
          digits.map((_, i, { length }) => i < length - 1),
        );
        expect(digits.reduceRight((sum, byte) => sum * 128 + (byte % 128), 0)).toBe(value);
      }),
    );
  });

  it("says before bytes how many there are", () => {
    const blocks = [Uint8Array.of(1, 2), new Uint8Array(200)];
    const bytes = joinFields([bytesField(1, blocks)]);
    expect([...bytes.subarray(0, 5)]).toEqual([10, 202, 1, 1, 2]);
    expect(bytes.length).toBe(205);
  });
});
