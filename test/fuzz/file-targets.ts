import { readFileSync } from "node:fs";
import { applyAdapter } from "../../src/adapter/apply.js";
import {
  decodeKnownQuestions,
  encodeKnownQuestions,
} from "../../src/adapter/answered/files/encode-known.js";
import {
  decodeMovedPassages,
  encodeMovedPassages,
} from "../../src/adapter/answered/files/encode-moved.js";
import { decodeAdapter, encodeAdapter } from "../../src/adapter/encode.js";
import { encodeSafetensors } from "../../src/adapter/safetensors.js";
import { intern } from "../../src/base/intern.js";
import { createRandom } from "../../src/base/random.js";
import { sha256 } from "../../src/base/sha256.js";
import { openParquet, readParquetGroup } from "../../src/data/parquet/read-parquet.js";
import { decodeNpyIds } from "../../src/data/sources/npy-ids.js";
import { decodeNpy, encodeNpy } from "../../src/data/sources/npy.js";
import { decodeNpz } from "../../src/data/sources/npz.js";
import { createStoredVectors } from "../../src/embed/cache/stored-vectors.js";
import { createBatchTracker } from "../../src/embed/openai/batches/batch-tracker.js";
import { createMemoryStore } from "../../src/embed/stores/memory-store.js";
import {
  decodePairStatistics,
  encodePairStatistics,
  writeStatisticsChecksum,
} from "../../src/fit/statistics/pair-statistics-encode.js";
import { pairStatistics } from "../../src/fit/statistics/pair-statistics.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { readNaturalQuestionsParquet } from "../../src/parquet.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/train/loop/checkpoint.js";
import { decodeRecord } from "../../src/tune/files/decision-record.js";
import { fitFromStatistics } from "../../src/tune/fit-from-statistics.js";
import { decodeProbes } from "../../src/tune/recheck/probes.js";
import type { FuzzTarget } from "./targets.js";
import { checkFinite, checkSame, WrongValue } from "./wrong-value.js";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const fixtureOf = <T>(name: string): T => JSON.parse(fixture(name).toString()) as T;

function matrix(rows: number, cols: number): Matrix {
  const random = createRandom(`fuzz/${rows}/${cols}`);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

const files = (): Buffer[] => {
  const { files: all } = fixtureOf<{ files: Record<string, string> }>("data/encodings.json");
  return Object.values(all).map((base64) => Buffer.from(base64, "base64"));
};
const numpy = fixtureOf<{
  arrays: Record<string, string>;
  archives: Record<string, string>;
  ids: Record<string, { base64: string }>;
}>("data/numpy.json");
const bytesOf = (base64: string): Buffer => Buffer.from(base64, "base64");
const asBuffer = (bytes: Uint8Array): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

const texts = ["a", "b", "c"];
const answer = (name: string, k: number): string =>
  JSON.stringify({
    custom_id: name,
    response: {
      status_code: 200,
      body: { data: [{ index: 0, embedding: [k + 1, 0.5, -2] }], usage: {} },
    },
    error: null,
  });

export const fileTargets: readonly FuzzTarget[] = [
  {
    name: "parquet, Natural Questions",
    isText: false,
    seeds: () => [fixture("data/nq-sample.parquet")],
    async run(bytes) {
      const source = { name: "x.parquet", file: asBuffer(bytes) };
      for await (const { text, candidates } of readNaturalQuestionsParquet(source)) {
        if (typeof text !== "string") throw new WrongValue("a text");
        for (const candidate of candidates) void candidate.text;
      }
    },
  },
  {
    name: "parquet, every encoding",
    isText: false,
    seeds: files,
    async run(bytes) {
      const file = await openParquet({ name: "x.parquet", file: asBuffer(bytes) });
      let first = 0;
      for (const [i, { num_rows: count }] of file.metadata.row_groups.entries()) {
        const rows = await readParquetGroup(file, i, first, (first += Number(count)));
        if (rows.length !== Number(count)) throw new WrongValue("rows");
      }
    },
  },
  {
    name: "npy",
    isText: false,
    seeds: () => Object.values(numpy.arrays).map(bytesOf),
    async run(bytes) {
      const read = decodeNpy(bytes, "x.npy");
      if (read.data.length !== read.rows * read.cols) throw new WrongValue("a shape");
      checkSame([...decodeNpy(encodeNpy(read)).data], [...read.data], "npy written again");
    },
  },
  {
    name: "npz",
    isText: false,
    seeds: () => Object.values(numpy.archives).map(bytesOf),
    async run(bytes) {
      for (const { rows, cols, data } of decodeNpz(bytes, "x.npz").values()) {
        if (data.length !== rows * cols) throw new WrongValue("a shape");
      }
    },
  },
  {
    name: "npy of ids",
    isText: false,
    seeds: () => Object.values(numpy.ids).map(({ base64 }) => bytesOf(base64)),
    async run(bytes) {
      for (const id of decodeNpyIds(bytes, "x.npy"))
        if (typeof id !== "string") throw new WrongValue("an id");
    },
  },
  {
    name: "adapters",
    isText: true,
    seeds: () => [
      Buffer.from(
        encodeAdapter({
          inputDimensions: 6,
          outputDimensions: 6,
          query: {
            center: new Float32Array(6).fill(0.1),
            weights: null,
            lowRank: { left: matrix(6, 2), right: matrix(2, 6) },
          },
          passage: { center: null, weights: matrix(6, 6) },
          metadata: {
            ...{
              embedder: "e",
              method: "rca",
              metrics: { mrr: 0.5 },
              threshold: 0.3,
              created: "2020",
            },
            calibration: { method: "platt", slope: 1, intercept: 0 },
          },
        }),
      ),
    ],
    async run(bytes) {
      const adapter = decodeAdapter(bytes);
      const row = new Float32Array(adapter.inputDimensions).fill(0.3);
      checkSame(
        decodeAdapter(encodeAdapter(adapter)).metadata,
        adapter.metadata,
        "metadata written again",
      );
      for (const side of ["query", "passage"] as const) {
        const moved = applyAdapter(adapter, row, { side });
        if (moved.length !== adapter.outputDimensions) throw new WrongValue("a length");
        checkFinite(moved, "an adapted row");
      }
    },
  },
  {
    name: "known questions",
    isText: true,
    seeds: () => [
      Buffer.from(
        encodeKnownQuestions({
          vectors: unit(matrix(3, 4)),
          ids: ["a", "b", "c"],
          passages: ["p", "q", "p"],
          settings: { weight: 0.5, neighbours: 2, temperature: 0.1 },
          metadata: { embedder: "e" },
        }),
      ),
    ],
    async run(bytes) {
      const parts = decodeKnownQuestions(bytes);
      checkFinite(parts.vectors.data, "a vector");
      checkSame(
        [...encodeKnownQuestions(decodeKnownQuestions(encodeKnownQuestions(parts)))],
        [...encodeKnownQuestions(parts)],
        "known questions written again",
      );
    },
  },
  {
    name: "moved passages",
    isText: true,
    seeds: () => [
      Buffer.from(
        encodeMovedPassages({
          ids: ["a", "b"],
          vectors: unit(matrix(2, 4)),
          move: { kind: "mean", strength: 0.5 },
          origins: {
            passages: unit(matrix(2, 4)),
            sums: Float64Array.from(unit(matrix(2, 4)).data),
            counts: Uint32Array.of(1, 1),
          },
          metadata: { embedder: "e" },
        }),
      ),
    ],
    async run(bytes) {
      const moved = decodeMovedPassages(bytes);
      checkFinite(moved.vectors.data, "a vector");
      checkSame(
        decodeMovedPassages(encodeMovedPassages(moved)).ids,
        moved.ids,
        "moved passages written again",
      );
    },
  },
  {
    name: "checkpoints",
    isText: true,
    seeds: () => [
      Buffer.from(
        encodeCheckpoint({
          run: "r",
          epoch: 2,
          tensors: [Float32Array.of(1, 2), Float32Array.of(3)],
          optimizer: { step: 4, moments: { m: [Float32Array.of(1, 2), Float32Array.of(3)] } },
          best: { epoch: 1, figure: 0.5, tensors: [Float32Array.of(1, 2), Float32Array.of(3)] },
          history: [],
        }),
      ),
    ],
    async run(bytes) {
      const checkpoint = decodeCheckpoint(bytes);
      for (const values of checkpoint.tensors) checkFinite(values, "a tensor");
      checkSame(
        decodeCheckpoint(encodeCheckpoint(checkpoint)),
        checkpoint,
        "a checkpoint written again",
      );
    },
  },
  {
    name: "statistics",
    isText: false,
    seeds: () => {
      const rows = Uint32Array.from({ length: 30 }, (_, i) => i);
      const pairs = { query: rows, passage: rows, label: new Uint8Array(30).fill(1) };
      return [
        Buffer.from(
          encodePairStatistics(
            pairStatistics({ queries: matrix(30, 4), passages: matrix(30, 4), pairs }),
          ),
        ),
      ];
    },
    async run(bytes) {
      // Else the checksum would refuse all that a mutation makes.
      if (bytes.length >= 8) writeStatisticsChecksum(bytes);
      const statistics = decodePairStatistics(bytes);
      if (Buffer.compare(Buffer.from(encodePairStatistics(statistics)), Buffer.from(bytes)) !== 0) {
        throw new WrongValue("statistics written again differ");
      }
      for (const options of [
        { method: "rca" as const, lambda: 0.1, power: 0.5, blend: 1 },
        { method: "ridge" as const, mu: 0.1, lambda: 0.1 },
      ]) {
        const { query, passage } = fitFromStatistics(statistics, options);
        for (const side of [query, passage]) checkFinite(side.weights?.data ?? [], "weights");
      }
    },
  },
  {
    name: "probes",
    isText: true,
    seeds: () => {
      const { data } = matrix(2, 4);
      const hashes = JSON.stringify(["x", "y"]);
      const metadata = {
        format: "embedtune probes",
        embedder: "e",
        side: "passage",
        hashes,
        texts: '["a","b"]',
      };
      return [
        Buffer.from(encodeSafetensors({ tensors: { vectors: { shape: [2, 4], data } }, metadata })),
      ];
    },
    async run(bytes) {
      const { vectors, hashes } = decodeProbes(bytes, "x.safetensors");
      checkFinite(vectors.data, "a probe");
      if (hashes.length !== vectors.rows) throw new WrongValue("hashes");
    },
  },
  {
    name: "decision records",
    isText: true,
    seeds: () => [
      Buffer.from(
        JSON.stringify({
          sentence: "use it",
          questions: [],
          texts: {
            queries: ["q"],
            passages: ["p", "r"],
            queryIds: [null],
            passageIds: ["1", "2"],
            pairs: { query: [0, 0], passage: [0, 1], label: [1, 0] },
            items: {
              queries: { first: [0], count: 1 },
              passages: { first: [0, 1], count: 2 },
            },
          },
        }),
      ),
    ],
    async run(bytes) {
      const { texts: read } = decodeRecord(Buffer.from(bytes).toString(), "decision.json.gz");
      const { query, passage, label } = read.pairs;
      for (const [i, row] of query.entries()) {
        if (row >= read.queries.length || passage[i] >= read.passages.length || label[i] > 1) {
          throw new WrongValue("a pair");
        }
      }
    },
  },
  {
    name: "results of batches",
    isText: true,
    seeds: async () => {
      const named = await sha256(texts);
      return [Buffer.from(named.map(answer).join("\n"))];
    },
    async run(bytes) {
      const named = await sha256(texts);
      const stored = createStoredVectors(
        { id: "m", symmetric: true, dimensions: 3 },
        createMemoryStore(),
        "float32",
      );
      const tracker = await createBatchTracker(intern(texts), stored, () => undefined);
      const lines = Buffer.from(bytes).toString().split("\n");
      await tracker.collect(
        (async function* () {
          yield* lines.filter((line) => line.trim() !== "");
        })(),
      );
      for (const name of named) tracker.fail(name, "no answer");
      const { embedded, failed } = tracker.tally();
      if (embedded + failed.length !== texts.length) throw new WrongValue("a text is lost");
      await stored.read(await stored.keys(texts, "passage"), (_, vector) =>
        checkFinite(vector, "a vector"),
      );
    },
  },
];

function unit(rows: Matrix): Matrix {
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.data.subarray(i * rows.cols, (i + 1) * rows.cols);
    const length = Math.hypot(...row);
    for (let j = 0; j < row.length; j++) row[j] /= length;
  }
  return rows;
}
