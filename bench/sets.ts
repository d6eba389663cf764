import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createMatrix, type Matrix } from "../src/math/matrix.js";
import { fromFloat16 } from "../src/math/float16.js";
import type { PairColumns } from "../src/data/types.js";

const folder = new URL("../../shared/data/sets/", import.meta.url);

/** A set of BEIR's shape with vectors: pairs to choose and tune on, and pairs to report on. */
export interface NeuralSet {
  readonly name: string;
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly train: PairColumns;
  readonly test: PairColumns;
}

export const setNames = ["clinc", "xquad", "nq", "pubmed"] as const;
export const setsArePresent = existsSync(folder);

export function readSet(name: string, embedder: string): NeuralSet {
  const file = (path: string): Buffer => readFileSync(new URL(`${name}/${path}`, folder));
  const ids = (path: string): Map<string, number> =>
    new Map(
      gunzipSync(file(path))
        .toString()
        .trimEnd()
        .split("\n")
        .map((line, i) => [(JSON.parse(line) as { _id: string })._id, i]),
    );
  const queryRow = ids("queries.jsonl.gz");
  const passageRow = ids("corpus.jsonl.gz");
  const pairs = (path: string): PairColumns => {
    const lines = file(path).toString().trimEnd().split("\n").slice(1);
    const cells = lines.map((line) => line.split("\t"));
    return {
      query: Uint32Array.from(cells, ([query]) => queryRow.get(query)!),
      passage: Uint32Array.from(cells, ([, passage]) => passageRow.get(passage)!),
      label: Uint8Array.from(cells, () => 1),
    };
  };
  return {
    name: `${name}/${embedder}`,
    queries: readHalfNpy(file(`${embedder}-queries.npy`)),
    passages: readHalfNpy(file(`${embedder}-passages.npy`)),
    train: pairs("train.tsv"),
    test: pairs("test.tsv"),
  };
}

function readHalfNpy(bytes: Buffer): Matrix {
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, start).toString();
  const [rows, cols] = /\((\d+), (\d+)\)/.exec(header)!.slice(1).map(Number);
  const result = createMatrix(rows, cols);
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = fromFloat16(bytes.readUInt16LE(start + 2 * i));
  }
  return result;
}
