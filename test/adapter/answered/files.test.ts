import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeAdapter, fromRows, identityAdapter } from "embedtune";
import {
  createKnownQuestions,
  createMovedPassages,
  decodeKnownQuestions,
  decodeMovedPassages,
  encodeKnownQuestions,
  encodeMovedPassages,
  moveRows,
  type KnownQuestionsParts,
} from "embedtune/answered";
import {
  loadKnownQuestions,
  loadMovedPassages,
  saveKnownQuestions,
  saveMovedPassages,
} from "embedtune/node";
import { decodeSafetensors, encodeSafetensors } from "../../../src/adapter/safetensors.js";

const metadata = {
  embedder: "test/two",
  adapter: "00112233445566ff",
  verdict: "use it",
  sentence: "It helps: „ja“.",
  created: "2026-01-01T00:00:00Z",
};
const known: KnownQuestionsParts = {
  vectors: fromRows([
    [1, 0],
    [0, -1],
  ]),
  ids: ["q1", "q2"],
  passages: ["x", "x"],
  settings: { weight: 0.3, neighbours: 10, temperature: 0.05 },
  metadata,
};
const passages = fromRows([
  [0, 1],
  [1, 0],
]);
const move = { kind: "mean", strength: 0.5 } as const;
const pairs = { query: Uint32Array.of(0), passage: Uint32Array.of(0) };
const moved = createMovedPassages(
  { moved: moveRows(passages, passages, pairs, move), passages, ids: ["x", "y"] },
  { move, metadata },
);
const movedBytes = encodeMovedPassages(moved);
const knownBytes = encodeKnownQuestions(known);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-answered-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the files of answered questions", () => {
  it("give back what was saved, and nothing else is left in the folder", async () => {
    const [knownPath, movedPath] = ["known", "moved"].map((name) =>
      join(folder, `${name}.safetensors`),
    );
    await saveKnownQuestions(knownPath, createKnownQuestions(known).toParts());
    await saveMovedPassages(movedPath, moved);
    expect(await loadKnownQuestions(knownPath)).toEqual(known);
    expect(await loadMovedPassages(movedPath)).toEqual(moved);
    expect(await readdir(folder)).toEqual(["known.safetensors", "moved.safetensors"]);
  });

  it("hold empty tables, unknown embedders, and moved passages without what they came from", () => {
    const empty = { ...known, vectors: fromRows([]), ids: [], passages: [] };
    expect(decodeKnownQuestions(encodeKnownQuestions(empty))).toEqual(empty);
    const bare = { ...moved, origins: null, metadata: { embedder: null } };
    expect(decodeMovedPassages(encodeMovedPassages(bare))).toEqual(bare);
    const names = (bytes: Uint8Array) => Object.keys(decodeSafetensors(bytes, "file").tensors);
    expect(names(encodeMovedPassages(bare))).toEqual(["vectors", "ids"]);
    expect(names(movedBytes)).toEqual(["sums", "counts", "passages", "vectors", "ids"]);
  });

  it("keep ids of any Unicode, outside the header", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }))),
        (ids) => {
          const vectors = fromRows(ids.map(() => [0.6, 0.8]));
          const parts = { ...known, vectors, ids, passages: ids };
          expect(decodeKnownQuestions(encodeKnownQuestions(parts))).toEqual(parts);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
    const odd = { ...known, ids: ["\uD800", '\uFEFF\u0000"\\'], passages: ["__proto__", ""] };
    expect(decodeKnownQuestions(encodeKnownQuestions(odd))).toEqual(odd);
    const header = (bytes: Uint8Array) => new DataView(bytes.buffer).getBigUint64(0, true);
    const long = { ...known, ids: ["q".repeat(1e5), "r"] };
    expect(Number(header(encodeKnownQuestions(long)))).toBeLessThan(1000);
  });

  it("are refused by path when missing, unwritable or something else", async () => {
    const path = join(folder, "other.safetensors");
    await expect(loadKnownQuestions(path)).rejects.toThrow(
      `${path}: cannot read the known questions: ENOENT`,
    );
    await expect(loadMovedPassages(path)).rejects.toThrow("cannot read the moved passages");
    await expect(saveMovedPassages(join(folder, "no", "where"), moved)).rejects.toThrow(
      "cannot write the moved passages",
    );
    await writeFile(path, encodeAdapter(identityAdapter(2)));
    await expect(loadKnownQuestions(path)).rejects.toThrow(
      `${path}: metadata "format" must be "embedtune-known-questions", received "embedtune-adapter"`,
    );
    await writeFile(path, knownBytes);
    await expect(loadMovedPassages(path)).rejects.toThrow(
      `${path}: metadata "format" must be "embedtune-moved-passages", received "embedtune-known-questions"`,
    );
    await writeFile(path, knownBytes.subarray(0, knownBytes.length - 1));
    await expect(loadKnownQuestions(path)).rejects.toThrow(`${path}: tensors must fill`);
    await rm(path);
  });

  it("are refused by name where a part is missing, of another form or does not fit", () => {
    const changed = (
      bytes: Uint8Array,
      tensors: Record<string, unknown>,
      strings: Record<string, string | undefined> = {},
    ): Uint8Array => {
      const file = decodeSafetensors(bytes, "file");
      const entries = Object.entries({ ...file.tensors, ...tensors });
      const texts = Object.entries({ ...file.metadata, ...strings });
      return encodeSafetensors({
        tensors: Object.fromEntries(entries.filter(([, tensor]) => tensor !== undefined)) as never,
        metadata: Object.fromEntries(texts.filter(([, text]) => text !== undefined)) as never,
      });
    };
    const bytes = (text: string) => {
      const data = new TextEncoder().encode(text);
      return { shape: [data.length], data };
    };
    const knownCases: [Uint8Array, string][] = [
      [changed(knownBytes, { ids: undefined }), 'tensor "ids" must be given, received nothing'],
      [changed(knownBytes, { ids: bytes("[") }), 'tensor "ids" must be JSON, received 1 bytes'],
      [
        changed(knownBytes, { ids: { shape: [5], data: Uint8Array.of(91, 34, 255, 34, 93) } }),
        'tensor "ids" must be JSON, received 5 bytes',
      ],
      [changed(knownBytes, { ids: bytes("{}") }), 'tensor "ids" must be a list, received {}'],
      [changed(knownBytes, { ids: bytes('["a"]') }), "ids must name one per row (2), received 1"],
      [changed(knownBytes, { ids: bytes('["a",1]') }), "ids[1] must be a string, received 1"],
      [
        changed(knownBytes, { ids: { shape: [1], data: Float32Array.of(1) } }),
        'tensor "ids" must be of the dtype U8',
      ],
      [
        changed(knownBytes, { vectors: { shape: [4], data: new Float32Array(4) } }),
        'tensor "vectors" must have 2 dimensions, received 1',
      ],
      [
        changed(knownBytes, { vectors: { shape: [2, 1], data: Float32Array.of(1, 3) } }),
        "vectors: row 1 must have length 1",
      ],
      [
        changed(knownBytes, { vectors: { shape: [2, 1], data: Uint32Array.of(1, 1) } }),
        'tensor "vectors" must be of the dtype F32',
      ],
      [changed(knownBytes, { more: bytes("") }), "tensors must be of vectors, ids, passages"],
      [changed(knownBytes, {}, { version: "2" }), '"version" must be "1" for this release'],
      [changed(knownBytes, {}, { settings: undefined }), '"settings" must be a JSON object'],
      [changed(knownBytes, {}, { settings: "null" }), "settings.weight must be a number >= 0"],
      [
        changed(knownBytes, {}, { settings: '{"weight":1,"neighbours":2}' }),
        "settings.temperature must be a number > 0, received nothing",
      ],
    ];
    for (const [file, message] of knownCases) {
      expect(() => decodeKnownQuestions(file)).toThrow(message);
      expect(() => decodeKnownQuestions(file)).toThrow("decodeKnownQuestions: ");
    }
    const movedCases: [Uint8Array, string][] = [
      [changed(movedBytes, { counts: undefined }), 'tensor "counts" must be given'],
      [
        changed(movedBytes, { counts: { shape: [1], data: Uint32Array.of(0) } }),
        "counts[0] must be an integer >= 1, received 0",
      ],
      [
        changed(movedBytes, { sums: { shape: [2], data: Float32Array.of(1, 0) } }),
        'tensor "sums" must be of the dtype F64',
      ],
      [changed(movedBytes, { ids: bytes('["x","y"]') }), "ids must name one per row (1)"],
      [changed(movedBytes, {}, { move: '{"kind":"jump"}' }), 'move.kind must be "mean" or "step"'],
      [changed(movedBytes, {}, { move: "{" }), 'metadata "move" must be a JSON object'],
    ];
    for (const [file, message] of movedCases) {
      expect(() => decodeMovedPassages(file)).toThrow(message);
    }
  });

  it("never do anything but succeed or refuse with a RangeError, whatever the bytes", () => {
    for (const [good, decode] of [
      [knownBytes, decodeKnownQuestions],
      [movedBytes, decodeMovedPassages],
    ] as const) {
      fc.assert(
        fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, end) => {
          const bytes = good.slice(0, end < good.length / 2 ? end : good.length);
          if (at < bytes.length) bytes[at] = value;
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        }),
        { numRuns: 500, seed: 1 },
      );
    }
  });
});
