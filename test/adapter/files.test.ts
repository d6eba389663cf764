import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeAdapter, encodeAdapter, fromRows, identityAdapter, type Adapter } from "embedtune";
import { applyCalibration, fitCalibration } from "embedtune/evaluate";
import { loadAdapter, saveAdapter } from "embedtune/node";
import { decodeSafetensors, encodeSafetensors } from "../../src/adapter/safetensors.js";

const weights = fromRows([
  [1, 2, 3],
  [4, 5, 6],
]);
const adapter: Adapter = {
  inputDimensions: 2,
  outputDimensions: 3,
  query: { center: Float32Array.of(0.25, -0.5), weights },
  passage: { center: null, weights },
  metadata: { embedder: "test/two", method: "by hand", metrics: { rocAuc: 0.75 } },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-adapter-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("an adapter's file", () => {
  it("gives back what was saved, and nothing else is left in the folder", async () => {
    const path = join(folder, "adapter.safetensors");
    await saveAdapter(path, adapter);
    expect(await loadAdapter(path)).toEqual(adapter);
    await saveAdapter(path, identityAdapter(2));
    expect(await loadAdapter(path)).toEqual(identityAdapter(2));
    expect(await readdir(folder)).toEqual(["adapter.safetensors"]);
  });

  it("keeps the threshold and a calibration of either kind, ready to be applied", () => {
    const scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    const labels = [0, 0, 1, 0, 1, 1];
    for (const method of ["platt", "isotonic"] as const) {
      const calibration = fitCalibration(scores, labels, { method });
      const whole = { ...adapter, metadata: { ...adapter.metadata, threshold: 0.35, calibration } };
      const { metadata } = decodeAdapter(encodeAdapter(whole));
      expect(metadata).toEqual(whole.metadata);
      expect(applyCalibration(metadata.calibration!, scores)).toEqual(
        applyCalibration(calibration, scores),
      );
    }
  });

  it.each([
    ["threshold", '"high"'],
    ["threshold", "null"],
    ["calibration", "[]"],
    ["calibration", '{"method":"platt","slope":null,"intercept":0}'],
    ["calibration", '{"method":"isotonic","scores":[2,1],"probabilities":[0,1]}'],
    ["calibration", '{"method":"isotonic","scores":[1],"probabilities":[0,1]}'],
    ["metrics", '{"rocAuc":"0.9"}'],
    ["metrics", "{"],
    ["metrics", "[]"],
    ["parameters", '{"lambda":null}'],
    ["side", "passage"],
  ])("is refused by name with the metadata %s = %s", (name, text) => {
    const { tensors, metadata } = decodeSafetensors(encodeAdapter(adapter), "file");
    const bytes = encodeSafetensors({ tensors, metadata: { ...metadata, [name]: text } });
    expect(() => decodeAdapter(bytes)).toThrow(`decodeAdapter: metadata "${name}"`);
  });

  it("is read as Python's safetensors wrote it", async () => {
    const path = new URL("../fixtures/adapter/from-python.safetensors", import.meta.url);
    expect(decodeAdapter(await readFile(path))).toEqual(adapter);
  });

  it("keeps a matrix that both sides share once", () => {
    const { query, passage } = decodeAdapter(encodeAdapter(adapter));
    expect(query.weights).toBe(passage.weights);
    expect(Object.keys(decodeSafetensors(encodeAdapter(adapter), "file").tensors)).toEqual([
      "query.center",
      "shared.weights",
    ]);
  });

  it("keeps low-rank sides, the side, the hyper-parameters, the digest of the data and the date", () => {
    const lowRank = { left: fromRows([[1], [2]]), right: fromRows([[3, 4]]) };
    const side = { center: null, weights: null, lowRank };
    const whole: Adapter = {
      inputDimensions: 2,
      outputDimensions: 2,
      query: side,
      passage: { center: null, weights: null },
      metadata: {
        embedder: null,
        method: "rca",
        side: "query",
        parameters: { lambda: 0.1, power: 0.5 },
        trainingData: "sha256:00",
        created: "2026-01-01T00:00:00Z",
      },
    };
    expect(decodeAdapter(encodeAdapter(whole))).toEqual(whole);
  });

  it("is refused when it says that passages stay as they are and holds a map for them", () => {
    const { tensors, metadata } = decodeSafetensors(encodeAdapter(adapter), "file");
    const bytes = encodeSafetensors({ tensors, metadata: { ...metadata, side: "query" } });
    expect(() => decodeAdapter(bytes)).toThrow(
      'decodeAdapter: passage must be the identity in an adapter of the side "query", received a map',
    );
  });

  it("is refused by path when missing or when it is something else", async () => {
    const path = join(folder, "missing.safetensors");
    await expect(loadAdapter(path)).rejects.toThrow(`${path}: cannot read the adapter: ENOENT`);
    await writeFile(path, "hello, I am text");
    await expect(loadAdapter(path)).rejects.toThrow(
      `${path}: the safetensors header must fit into 8 bytes`,
    );
    await expect(saveAdapter(join(folder, "no", "where"), adapter)).rejects.toThrow(
      "cannot write the adapter",
    );
  });
});

describe("decoding", () => {
  const tensors = { "query.center": { shape: [2], data: Float32Array.of(1, 2) } };
  const metadata = {
    format: "embedtune-adapter",
    version: "1",
    input_dimensions: "2",
    output_dimensions: "2",
    method: "x",
  };
  const decode = (
    changedTensors: Parameters<typeof encodeSafetensors>[0]["tensors"],
    changed: Record<string, string> = {},
  ): Adapter =>
    decodeAdapter(
      encodeSafetensors({ tensors: changedTensors, metadata: { ...metadata, ...changed } }),
    );

  it("refuses by name what does not fit together", () => {
    expect(() => decode(tensors, { format: "other" })).toThrow(
      'decodeAdapter: metadata "format" must be "embedtune-adapter", received "other"',
    );
    expect(() => decode(tensors, { version: "2" })).toThrow(
      '"version" must be "1" for this release, received "2"',
    );
    expect(() => decode(tensors, { input_dimensions: "-2" })).toThrow(
      '"input_dimensions" must be an integer >= 1, received "-2"',
    );
    expect(() => decode(tensors, { output_dimensions: "3" })).toThrow(
      "query.weights must be 2 × 3 to make 3 dimensions of 2, received none",
    );
    expect(() => decode(tensors, { metrics: "{" })).toThrow('"metrics" must be JSON');
    expect(() => decode(tensors, { metrics: '{"a":"b"}' })).toThrow(
      'metadata "metrics", entry "a" must be a number, received "b"',
    );
    expect(() => decode({ "query.bias": tensors["query.center"] })).toThrow(
      'tensors must be those of an adapter, received "query.bias"',
    );
    expect(() => decode({ "query.weights": tensors["query.center"] })).toThrow(
      "query.weights must have 2 dimensions, received 1",
    );
    expect(() =>
      decode({ "query.center": { shape: [3], data: Float32Array.of(1, 2, 3) } }),
    ).toThrow("query.center must have 2 values, received 3");
    expect(() => decode({ "query.center": { shape: [2], data: Float32Array.of(1, NaN) } })).toThrow(
      "query.center value 1 must be a finite number, received NaN",
    );
    expect(() => decode({ "query.left": { shape: [2, 1], data: Float32Array.of(1, 2) } })).toThrow(
      "query must have both left and right or none, received left",
    );
  });

  /** A header as given, with `size` bytes of data after it. */
  function raw(header: unknown, size: number): Uint8Array {
    const json = new TextEncoder().encode(
      typeof header === "string" ? header : JSON.stringify(header),
    );
    const bytes = new Uint8Array(8 + json.length + size);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  }

  it("refuses hostile containers by name", () => {
    const t = (begin: number, end: number, shape = [1]): unknown => ({
      dtype: "F32",
      shape,
      data_offsets: [begin, end],
    });
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(3), "must have 8 bytes, received 3"],
      [new Uint8Array(8).fill(255), "header must fit into 0 bytes"],
      [raw("{", 0), "header must be JSON"],
      [raw("[]", 0), "header must be a JSON object"],
      [raw({ a: 1 }, 0), 'tensor "a" must be an object, received 1'],
      [raw({ __metadata__: null }, 0), "__metadata__ must be an object, received null"],
      [raw({ __metadata__: { a: 1 } }, 0), 'metadata "a" must be a string, received 1'],
      [raw({ a: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } }, 4), 'must be "F32"'],
      [raw({ a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4), "shape must be"],
      [raw({ a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4), "data_offsets must be"],
      [raw({ a: t(0, 4, [2]) }, 4), "must have 8 bytes, received 4"],
      [raw({ a: t(0, 4, [2 ** 40, 2 ** 40]) }, 4), "received 4"],
      [raw({ a: t(0, 4), b: t(0, 4) }, 4), 'tensor "b" must begin at byte 4, received 0'],
      [raw({ a: t(4, 8) }, 8), 'tensor "a" must begin at byte 0, received 4'],
      [raw({ a: t(0, 4) }, 8), "must fill the 8 bytes, received 4"],
      [raw({ a: t(0, 8, [2]) }, 4), "must fill the 4 bytes, received 8"],
    ];
    for (const [bytes, message] of cases) {
      expect(() => decodeSafetensors(bytes, "file")).toThrow(message);
    }
  });

  it("never does anything but succeed or refuse with a RangeError, whatever the bytes", () => {
    const good = encodeAdapter(adapter);
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(255),
        fc.nat(good.length),
        (at, value, length) => {
          const bytes = good.slice(0, length < good.length / 2 ? length : good.length);
          if (at < bytes.length) bytes[at] = value;
          try {
            decodeAdapter(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});
